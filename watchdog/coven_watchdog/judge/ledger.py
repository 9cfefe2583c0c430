"""Whether the ledger can be read. Health answers ok even over a garbage database (seen on 0.4.6): the listing is the test."""

from coven_watchdog.judge.common import UNKNOWN, Case, ask, clear, present, said, unheard_since_listing, wait, witness
from coven_watchdog.model.incidents import Facts, Judgement
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Kind, Look, Outcome

_TWICE = 2
_APART = SECOND
_BLAMED = frozenset({Outcome.HTTP_ERROR, Outcome.TIMED_OUT})


def store(case: Case) -> Judgement:
    """Broken when two listings in a row failed and health, asked after them, is good. One that is not understood accuses nobody."""
    state = case.state
    if state.listing is None:
        return clear(case, "store", (Kind.STORE_BROKEN,), state.listed) if state.listed else UNKNOWN

    health = state.health
    if state.alive is None or health is None or health.outcome is not Outcome.OK or state.listing.outcome not in _BLAMED:
        return UNKNOWN

    if state.listing_failures < _TWICE:
        due = state.listing.at.awake + _APART
        return ask(case, Look.SESSIONS) if case.now.awake >= due else wait(due)

    if unheard_since_listing(case):
        return ask(case, Look.HEALTH)

    saw = state.listing.detail or f"GET /sessions: {state.listing.outcome}"
    facts = Facts(home=case.state.home, detail=saw, count=state.listing_failures)
    witnesses = (witness("sessions", state.listing.at, saw), witness("health", health.at, "health says ok"))
    return said(present(case, "store", Kind.STORE_BROKEN, *witnesses, facts=facts))
