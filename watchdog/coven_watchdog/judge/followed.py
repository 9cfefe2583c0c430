"""Which sessions are known at all, and which have just ended: their troubles as live sessions are over."""

from coven_watchdog.judge.common import Case, clear, merged
from coven_watchdog.model.incidents import Judgement
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Kind

OF_LIVE = (Kind.SESSION_GHOST, Kind.SESSION_STALLED, Kind.SESSION_WAITING, Kind.SESSION_STUCK)
"""What can only be said of a session that the ledger calls live."""
_TOLD = 15 * SECOND


def followed(case: Case) -> Judgement:
    """A session that ended is clear of these; one that is neither live nor ended (archived, sacrificed) is not followed any more."""
    state = case.state
    since = state.previous.awake - _TOLD
    ends = (ending for ending in state.endings.values() if ending.noticed.awake >= since)
    over = merged(clear(case, f"session:{ending.row.id}", OF_LIVE, ending.noticed) for ending in ends)
    if state.alive is None or state.alive.listed is None:
        return over

    return merged((over, Judgement(followed=(state.live, state.endings))))
