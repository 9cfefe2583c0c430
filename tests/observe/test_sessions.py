"""Following sessions through the listing of a simulated Coven."""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.model.facts import Asked, EventsSeen, RunnerSeen, SessionSeen, SessionsListed
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Look, Outcome, Route
from coven_watchdog.observe.sessions import SessionsSource
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.survey import mark_of
from coven_watchdog.settings import Settings
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import QUICK, SLOW, Seen, ground, life, process, running
from waiting import auntil

LONG_AGO = "2026-01-01T00:00:00.000000000Z"


@asynccontextmanager
async def following(home: Path, seen: Seen, settings: Settings = SLOW) -> AsyncIterator[tuple[Shared, SessionsSource]]:
    """A sessions source at work, as after a first good health answer."""
    async with ground(home, settings) as shared:
        shared.answering = True
        source = SessionsSource(shared)
        async with running(source, emit=seen.emit):
            yield shared, source


async def targets(coven: SimulatedCoven) -> list[str]:
    """What was asked, in order."""
    return [request["target"].removeprefix("/api/v1/") for request in await coven.command("seen")]


async def seed(coven: SimulatedCoven, rows: Iterable[dict[str, object]]) -> None:
    """Put rows into the ledger behind Coven's back."""
    await coven.command("seed", rows=list(rows))


@pytest.mark.anyio
async def test_the_first_listing_has_every_row(coven: SimulatedCoven, seen: Seen) -> None:
    """At the start every row is walked, told with who answered, and the live ones are handed on."""
    running_ = await coven.launch("sleep")
    ended = await coven.launch("fail=3")
    await wait_for_status(coven, ended, "failed")
    async with following(coven.home, seen) as (shared, _):
        listed = await seen.wait(SessionsListed)
        assert {(row.id, row.status, row.exit_code) for row in listed.rows} == {
            (running_, "running", None),
            (ended, "failed", 3),
        }
        assert (listed.complete, listed.total, listed.identity) == (True, 2, life(coven.pid))
        await auntil(lambda: set(shared.live) == {running_})
        assert await shared.to_harnesses.wait(1)


async def wait_for_status(coven: SimulatedCoven, session: str, status: str) -> None:
    """Until Coven has recorded it."""
    while (await coven.ask("GET", f"/api/v1/sessions/{session}")).body["status"] != status:
        pass


@pytest.mark.anyio
async def test_unchanged_rows_are_told_once(coven: SimulatedCoven, seen: Seen) -> None:
    """Listings that say nothing new are not told, except to a look; changed ones are."""
    async with following(coven.home, seen, QUICK) as (_, source):
        await seen.wait(SessionsListed)
        before = len(await targets(coven))
        while len(await targets(coven)) < before + 3:
            pass

        assert len(seen.of(SessionsListed)) == 1
        source.ask(LookRequest("h", Look.SESSIONS))
        await seen.wait(SessionsListed, count=2)
        session = await coven.launch("sleep")
        assert [row.id for row in (await seen.wait(SessionsListed, count=3)).rows] == [session]
        assert set((await targets(coven))[1:]) == {"sessions?limit=100", "sessions"}


@pytest.mark.anyio
async def test_unchanged_rows_are_told_again_after_a_minute(coven: SimulatedCoven, seen: Seen) -> None:
    """Up to that moment the next run knows all that has ended, if this one is killed."""
    ahead = 0

    def now() -> Instant:
        instant = clock.now()
        return Instant(instant.wall + ahead, instant.awake + ahead)

    async with ground(coven.home, QUICK, now) as shared:
        shared.answering = True
        async with running(SessionsSource(shared), emit=seen.emit):
            first = await seen.wait(SessionsListed)
            ahead = MINUTE
            again = await seen.wait(SessionsListed, count=2)
            assert (again.rows, again.at.awake - first.at.awake >= MINUTE) == (first.rows, True)


@pytest.mark.anyio
async def test_nobody_is_asked_while_nobody_answers(coven: SimulatedCoven, seen: Seen) -> None:
    """Without a good health answer nothing is listed by the clock; a look is, and its failure told."""
    async with ground(coven.home, QUICK) as shared:
        source = SessionsSource(shared)
        async with running(source, emit=seen.emit):
            await auntil(lambda: "sessions" in shared.lapped)
            shared.errands.hint()
            shared.errands.end("x")
            await auntil(lambda: not shared.errands.nudge._event.is_set())
            assert await targets(coven) == []
            await coven.kill()
            source.ask(LookRequest("h", Look.SESSIONS))
            asked = await seen.wait(Asked)
            assert (asked.route, asked.outcome) == (Route.SESSIONS, Outcome.REFUSED)


@pytest.mark.anyio
async def test_a_hint_leads_to_a_listing(coven: SimulatedCoven, seen: Seen) -> None:
    """When something was recorded, the listing is asked for at once."""
    async with following(coven.home, seen) as (shared, _):
        await seen.wait(SessionsListed)
        session = await coven.launch("sleep")
        shared.errands.hint()
        assert [row.id for row in (await seen.wait(SessionsListed, count=2)).rows] == [session]
        assert not shared.errands.hinted


@pytest.mark.anyio
async def test_the_end_of_a_process_is_followed_by_its_row(coven: SimulatedCoven, seen: Seen) -> None:
    """After a process' end the listing is repeated until its row has ended too: no interval, no hint is needed."""
    async with following(coven.home, seen) as (shared, _):
        await seen.wait(SessionsListed)
        session = await coven.launch("after=0.2,4")
        shared.errands.end(session)
        listed = await seen.wait(SessionsListed, lambda listed: any(row.status == "running" for row in listed.rows))
        assert len(listed.rows) == 1
        shared.errands.end(session)
        ended = await seen.wait(SessionsListed, lambda listed: any(row.status == "failed" for row in listed.rows))
        assert ended.rows[0].exit_code == 4
        await auntil(lambda: not shared.live)


@pytest.mark.anyio
async def test_one_walk_for_all_who_want_it_at_a_start(coven: SimulatedCoven, seen: Seen) -> None:
    """A walk that is wanted again a moment after one that began under the same daemon is a page; under another it is a walk."""
    async with ground(coven.home, SLOW) as shared:
        shared.daemon, shared.answering = life(coven.pid), True
        async with running(SessionsSource(shared), emit=seen.emit):
            await seen.wait(SessionsListed)
            shared.errands.walk()
            await auntil(lambda: not shared.errands.walked)
            shared.daemon = life(os.getpid())
            shared.errands.walk()
            await seen.wait(SessionsListed, count=2)

    asked = [target for target in await targets(coven) if target.startswith("sessions?")]
    assert ["limit=100&" in f"{target}&" for target in asked] == [False, True, False]


@pytest.mark.anyio
async def test_archived_and_sacrificed_rows(coven: SimulatedCoven, seen: Seen) -> None:
    """A live row that leaves the list is asked for once: archived or gone, it is followed no more."""
    async with following(coven.home, seen) as (shared, _):
        await seed(coven, [{"id": name, "status": "running", "created_at": LONG_AGO} for name in ("archived", "gone")])
        shared.errands.walk()
        await auntil(lambda: set(shared.live) == {"archived", "gone"})
        await coven.command("archive", session="archived")
        await coven.command("sacrifice", session="gone")
        shared.errands.walk()
        await seen.wait(SessionSeen, count=2)
        rows = {one.session: one.row for one in seen.of(SessionSeen)}
        assert rows["gone"] is None
        assert rows["archived"] is not None
        assert rows["archived"].archived
        await auntil(lambda: not shared.live)


@pytest.mark.anyio
async def test_old_live_rows_behind_the_first_page(coven: SimulatedCoven, seen: Seen) -> None:
    """With more rows than a page the first listing walks all; later only the first page, and old live rows by id."""
    await seed(coven, [{"id": "old", "status": "running", "created_at": LONG_AGO}])
    await seed(coven, [{"status": "completed"} for _ in range(120)])
    async with following(coven.home, seen) as (shared, source):
        first = await seen.wait(SessionsListed)
        assert (first.complete, first.total) == (True, 121)
        source.ask(LookRequest("h", Look.SESSIONS))
        second = await seen.wait(SessionsListed, count=2)
        assert (second.complete, second.total, len(second.rows)) == (False, None, 100)
        old = await seen.wait(SessionSeen)
        assert old.row is not None
        assert (old.row.id, old.row.status) == ("old", "running")
        assert set(shared.live) == {"old"}
        assert await targets(coven) == ["sessions?limit=1000", "sessions?limit=100", "sessions/old"]


@pytest.mark.anyio
async def test_old_rows_that_cannot_be_asked_for(coven: SimulatedCoven, seen: Seen) -> None:
    """When one old row gets no answer, the others wait for the next listing, and nobody is taken for gone."""
    await seed(coven, [{"id": name, "status": "running", "created_at": LONG_AGO} for name in ("old", "older")])
    await seed(coven, [{"status": "completed"} for _ in range(120)])
    await coven.misbehave("error_500", route="session")
    async with following(coven.home, seen) as (shared, source):
        await seen.wait(SessionsListed)
        source.ask(LookRequest("h", Look.SESSIONS))
        await seen.wait(Asked, lambda asked: asked.route is Route.SESSION)
        await auntil(shared.to_harnesses._event.is_set)
        assert set(shared.live) == {"old", "older"}
        assert len(seen.of(Asked)) == 1


@pytest.mark.anyio
async def test_ids_that_are_none_hold_up_nobody(coven: SimulatedCoven, seen: Seen) -> None:
    """Rows whose ids cannot stand in a path are told as they are listed; the others are asked for all the same."""
    odd = ["a/../b", "a b", "..", "\x1b[2J", "$(id)"]
    await seed(coven, [{"id": name, "status": "running", "created_at": LONG_AGO} for name in (*odd, "old")])
    await seed(coven, [{"status": "completed"} for _ in range(120)])
    async with following(coven.home, seen) as (shared, source):
        await seen.wait(SessionsListed)
        for session in (odd[0], "old"):
            shared.errands.runner(session)

        source.ask(LookRequest("h", Look.SESSIONS))
        assert (await seen.wait(SessionSeen)).session == "old"
        assert {told.session for told in (await seen.wait(RunnerSeen), await seen.wait(RunnerSeen, count=2))} == {odd[0], "old"}
        assert set(shared.live) == {*odd, "old"}
        assert not [target for target in await targets(coven) if target.startswith("sessions/") and target != "sessions/old"]


@pytest.mark.anyio
async def test_junk_is_not_asked_for_in_ever_smaller_pieces(coven: SimulatedCoven, seen: Seen) -> None:
    """Where a hundred rows are no answer either, that is told; the next walk asks for a hundred only."""
    await coven.misbehave("not_json", route="sessions")
    async with following(coven.home, seen) as (_, source):
        assert (await seen.wait(Asked)).outcome is Outcome.NOT_CONTRACT
        source.ask(LookRequest("h", Look.SESSIONS))
        await seen.wait(Asked, count=2)
        assert await targets(coven) == ["sessions?limit=1000", "sessions?limit=100", "sessions?limit=100"]


@pytest.mark.anyio
async def test_a_walk_goes_through_all_pages(coven: SimulatedCoven, seen: Seen) -> None:
    """A ledger of more than a thousand rows is walked page by page, and told as one."""
    await seed(coven, [{"status": "completed"} for _ in range(1_500)])
    async with following(coven.home, seen):
        listed = await seen.wait(SessionsListed)
        assert (len(listed.rows), listed.complete, listed.total) == (1_500, True, 1_500)
        assert len(await targets(coven)) == 2


@pytest.mark.anyio
async def test_rows_too_large_for_a_thousand_at_once(coven: SimulatedCoven, seen: Seen) -> None:
    """Where a thousand rows are more than an answer may hold (a title can be a whole prompt), they are walked by the hundred."""
    await seed(coven, [{"status": "completed", "title": "x" * 20_000} for _ in range(220)])
    async with following(coven.home, seen):
        listed = await seen.wait(SessionsListed)
        assert (len(listed.rows), listed.complete) == (220, True)
        assert (await targets(coven))[0] == "sessions?limit=1000"
        assert (await targets(coven))[1] == "sessions?limit=100"
        assert not seen.of(Asked)


@pytest.mark.anyio
async def test_a_listing_that_does_not_end(coven: SimulatedCoven, seen: Seen) -> None:
    """A listing whose cursor leads in a circle is not the contract."""
    await seed(coven, [{"status": "completed"} for _ in range(3)])
    page = await coven.ask("GET", "/api/v1/sessions?limit=1")
    await coven.misbehave("patch", route="sessions", patch={"next_cursor": page.body["next_cursor"]})
    async with following(coven.home, seen):
        asked = await seen.wait(Asked)
        assert asked.outcome is Outcome.NOT_CONTRACT
        assert "does not end" in asked.detail


@pytest.mark.anyio
async def test_a_broken_store(coven: SimulatedCoven, seen: Seen) -> None:
    """A listing that fails is told each time it is asked for; hints and ends do not ask more often; a mended one is walked."""
    await coven.misbehave("broken_store")
    async with following(coven.home, seen) as (shared, source):
        asked = await seen.wait(Asked)
        assert (asked.route, asked.outcome, asked.status) == (Route.SESSIONS, Outcome.HTTP_ERROR, 500)
        before = len(await targets(coven))
        shared.errands.hint()
        shared.errands.end("x")
        await auntil(lambda: not shared.errands.nudge._event.is_set())
        assert len(await targets(coven)) == before
        await coven.behave()
        source.ask(LookRequest("h", Look.SESSIONS))
        assert (await seen.wait(SessionsListed)).complete


@pytest.mark.anyio
async def test_another_daemon_is_walked(coven: SimulatedCoven, seen: Seen) -> None:
    """When another daemon answers the interval's question than before, everything it has is walked next."""
    await seed(coven, [{"status": "completed"} for _ in range(120)])
    async with following(coven.home, seen, QUICK):
        first = await seen.wait(SessionsListed)
        await coven.stop()
        await coven.start()
        second = await seen.wait(SessionsListed, lambda listed: listed.complete and listed.identity != first.identity)
        assert second.total == 120


@pytest.mark.anyio
async def test_more_begin_than_a_page_holds(coven: SimulatedCoven, seen: Seen) -> None:
    """When nothing on the first page was there before, rows between were never listed: all are walked next."""
    await seed(coven, [{"status": "completed", "created_at": LONG_AGO} for _ in range(120)])
    async with following(coven.home, seen) as (_, source):
        await seen.wait(SessionsListed, lambda listed: listed.complete)
        await seed(coven, [{"status": "running"} for _ in range(120)])
        source.ask(LookRequest("h", Look.SESSIONS))
        found = await seen.wait(SessionsListed, lambda listed: listed.total == 240)
        assert sum(row.status == "running" for row in found.rows) == 120


@pytest.mark.anyio
async def test_looks_at_one_session(coven: SimulatedCoven, seen: Seen) -> None:
    """A row is told by id, None when Coven has none; whether it has events; and whether its `coven run` lives."""
    session = await coven.launch("done")
    await wait_for_status(coven, session, "completed")
    with process() as child:
        async with following(coven.home, seen) as (shared, source):
            shared.runners[session] = life(child.pid)
            for asked in (session, "nobody"):
                source.ask(LookRequest("h", Look.SESSION, asked))
                source.ask(LookRequest("h", Look.EVENTS, asked))

            row = (await seen.wait(SessionSeen, lambda one: one.session == session)).row
            assert row is not None
            assert row.status == "completed"
            assert (await seen.wait(RunnerSeen)).alive
            assert (await seen.wait(EventsSeen, lambda one: one.session == session)).any
            assert (await seen.wait(SessionSeen, lambda one: one.session == "nobody")).row is None
            await seen.wait(Asked, lambda one: one.session == "nobody" and one.status == 404)


@pytest.mark.anyio
async def test_looks_that_fail(coven: SimulatedCoven, seen: Seen) -> None:
    """A look at a session that gets no answer is told as such, with the session."""
    await coven.misbehave("broken_store")
    async with following(coven.home, seen) as (_, source):
        source.ask(LookRequest("h", Look.SESSION, "a"))
        source.ask(LookRequest("h", Look.EVENTS, "b"))
        row = await seen.wait(Asked, lambda asked: asked.route is Route.SESSION)
        events = await seen.wait(Asked, lambda asked: asked.route is Route.EVENTS)
        assert (row.session, row.status) == ("a", 500)
        assert (events.session, events.status) == ("b", 500)


@pytest.mark.anyio
async def test_a_run_that_is_over_is_told_after_its_row(coven: SimulatedCoven, seen: Seen) -> None:
    """The end of a `coven run` is told once its row has been asked for, however long nobody answers."""
    session = await coven.launch("done")
    await wait_for_status(coven, session, "completed")
    await coven.misbehave("broken_store")
    async with following(coven.home, seen) as (shared, source):
        shared.errands.runner(session)
        await seen.wait(Asked, lambda asked: asked.route is Route.SESSION)
        assert not seen.of(RunnerSeen)
        await coven.behave()
        source.ask(LookRequest("h", Look.SESSIONS))
        told = await seen.wait(RunnerSeen)
        assert (told.session, told.alive) == (session, False)
        kinds = [type(one) for one in seen.all]
        assert kinds.index(SessionSeen) < kinds.index(RunnerSeen)


@pytest.mark.anyio
async def test_the_ledger_is_marked_before_it_is_listed(coven: SimulatedCoven, seen: Seen) -> None:
    """The ledger just before the listing is what later changes are compared with; listing changes nothing of it."""
    async with ground(coven.home) as shared:
        shared.answering = True
        before = await shared.call(mark_of, shared.paths)
        async with running(SessionsSource(shared), emit=seen.emit):
            await seen.wait(SessionsListed)
            assert shared.mark == before


@pytest.mark.anyio
async def test_rows_of_another_shape_are_left_out_and_counted(coven: SimulatedCoven, seen: Seen) -> None:
    """A contract that changes while it runs: the list that is not understood at all is said to be so, and it goes on when it is again."""
    async with ground(coven.home, QUICK) as shared:
        shared.answering = True
        await coven.launch("sleep 60")
        async with running(SessionsSource(shared), emit=seen.emit):
            assert (await seen.wait(SessionsListed)).unread == 0
            await coven.misbehave("patch", route="sessions", patch={"sessions": [{"id": 7}, 5]})
            refused = await seen.wait(Asked, lambda asked: asked.route is Route.SESSIONS)
            assert refused.outcome is Outcome.NOT_CONTRACT
            await coven.behave()
            seen.clear()
            assert (await seen.wait(SessionsListed)).unread == 0
