"""The part of the fold about what sessions printed last."""

from dataclasses import replace

from coven_watchdog.model.processes import TailSeen
from coven_watchdog.state.home import HomeState


def fold_tail(state: HomeState, seen: TailSeen) -> HomeState:
    """Of one that lives, or of one that is over."""
    session, ending = state.live.get(seen.session), state.endings.get(seen.session)
    if session is not None:
        return replace(state, live={**state.live, seen.session: replace(session, tail=seen)})

    if ending is None:
        return state

    return replace(state, endings={**state.endings, seen.session: replace(ending, tail=seen)})
