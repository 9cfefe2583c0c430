"""What is believed about one home: the fold of its observations. Facts in, `HomeState` out; what it means is for `judge`."""

from coven_watchdog.state.fold import fold
from coven_watchdog.state.home import Ending, HomeState, Leftovers, Life, LiveSession

__all__ = ["Ending", "HomeState", "Leftovers", "Life", "LiveSession", "fold"]
