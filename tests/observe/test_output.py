"""Asking for the newest event of a session, a question at a time. Simulated Coven."""

import pytest

from coven_watchdog.coven.newest import Newest
from coven_watchdog.model.facts import Asked
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.processes import OutputSeen
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import Look, Outcome, Route
from coven_watchdog.observe.output import Searches
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import Seen, ground
from observe.test_sessions import following, targets, wait_for_status
from waiting import auntil


@pytest.mark.anyio
async def test_a_look_at_the_output(coven: SimulatedCoven, seen: Seen) -> None:
    """When the newest event was recorded; None where there is none."""
    session = await coven.launch("spew=3")
    await wait_for_status(coven, session, "completed")
    async with following(coven.home, seen) as (shared, source):
        source.ask(LookRequest(shared.home, Look.OUTPUT, session))
        told = await seen.wait(OutputSeen)
        assert told.session == session
        assert told.newest is not None
        assert abs(told.at.wall - told.newest) < MINUTE
        await seen.wait(OutputSeen, lambda one: one.over)
        await auntil(lambda: not shared.errands.outputs)


@pytest.mark.anyio
async def test_a_session_that_prints(coven: SimulatedCoven, seen: Seen) -> None:
    """Its very newest event does not matter: one that is younger than the search ends it."""
    session = await coven.launch("tick=60")
    async with following(coven.home, seen) as (shared, source):
        await auntil_printed(coven, session)
        source.ask(LookRequest(shared.home, Look.OUTPUT, session))
        told = await seen.wait(OutputSeen, lambda one: one.over)
        assert told.newest is not None
        await auntil(lambda: not shared.errands.outputs)


async def auntil_printed(coven: SimulatedCoven, session: str) -> None:
    """Until it has some events."""
    while len((await coven.ask("GET", f"/api/v1/events?sessionId={session}&limit=9")).body["events"]) < 3:
        pass


@pytest.mark.anyio
async def test_questions_are_far_apart(coven: SimulatedCoven) -> None:
    """2.5 s, whoever wants to know; a search goes on where the last one ended, and what is not live is forgotten."""
    session = await coven.launch("sleep")
    async with ground(coven.home) as shared:
        searches = Searches(shared)
        assert searches.due() is None
        shared.errands.output(session)
        assert (searches.due() or 0) <= shared.now().awake
        before = shared.now().awake
        told = await searches.step()
        assert isinstance(told, OutputSeen)
        assert searches.due() is None
        shared.errands.output(session)
        due = searches.due()
        assert due is not None
        assert before + 2.5 * SECOND <= due
        searches._newest[session] = Newest(seq=5, at=9)
        told = await searches.step()
        assert isinstance(told, OutputSeen)
        assert told.newest == 9
        searches.keep()
        assert not searches._newest
    assert [target for target in await targets(coven) if "afterSeq=5" in target]


@pytest.mark.anyio
async def test_a_listing_that_waits_has_its_turn(coven: SimulatedCoven) -> None:
    """However many sessions are asked for: after each question one that the ledger hinted at goes first."""
    async with ground(coven.home) as shared:
        searches = Searches(shared)
        shared.errands.hint()
        for session in ("a", "b"):
            shared.errands.output(session)

        assert searches.turn
        assert searches.due() is not None
        await searches.step()
        assert searches.due() is None
        assert not searches.turn
        before = shared.now().awake
        searches.keep()
        due = searches.due()
        assert (due or 0) > before
        searches.keep()
        assert searches.due() == due, "a short interval of listings would put the question off for ever"


@pytest.mark.anyio
async def test_a_question_that_is_refused(coven: SimulatedCoven, seen: Seen) -> None:
    """It is told, and not asked again until somebody wants it."""
    async with following(coven.home, seen) as (shared, source):
        source.ask(LookRequest(shared.home, Look.OUTPUT, "no session?"))
        asked = await seen.wait(Asked, lambda one: one.route is Route.EVENTS)
        assert (asked.session, asked.outcome) == ("no session?", Outcome.NOT_CONTRACT)
        await auntil(lambda: not shared.errands.outputs)
