"""The digest of the day, on a real store and a clock that the test sets."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from msgspec.structs import replace as changed

from coven_watchdog.daemon.digests import Digests
from coven_watchdog.errors import StoreError
from coven_watchdog.model.telling import Attempt
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, NotificationState
from coven_watchdog.settings import Alerts, Channel, DayTime, QuietHours, Secret, Settings
from coven_watchdog.store import FILE_NAME, Store, StoreReader, open_store
from store.builders import BOOT, always, incident, story
from waiting import auntil

pytestmark = pytest.mark.anyio

DAWN = round(datetime(2026, 6, 1, 8, 30, tzinfo=UTC).timestamp()) * SECOND
"""When the digest is due."""


def settings(at: str = "08:30", *, quiet: str = "", channels: tuple[str, ...] = ("desk",)) -> Settings:
    """A time and some channels."""
    return Settings(
        homes=("/home/ada/.coven",),
        alerts=Alerts(digest_at=DayTime(at), quiet_hours=QuietHours(quiet)),
        channels=tuple(Channel(name=name, url=Secret("json://x")) for name in channels),
    )


@dataclass
class Morning:
    """One life of the part, at a time that is set, on a store."""

    store: Store
    settings: Settings
    now: Instant = field(default_factory=lambda: Instant(DAWN, 0))
    woken: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.anew()

    def anew(self) -> None:
        """Another life."""
        self.digests = Digests(
            self.store, lambda: self.settings, lambda names: self.woken.append(set(names)), now=lambda: self.now, zone=UTC
        )

    async def at(self, minutes: float, *, awake: float | None = None) -> float:
        """A look at the clock, so many minutes after dawn; the machine was awake for as long unless told otherwise."""
        up = minutes if awake is None else awake
        self.now = Instant(DAWN + round(minutes * MINUTE), round(up * MINUTE))
        return await self.digests.round()

    async def deliver(self) -> None:
        """The service takes what waits."""
        while (claim := await self.store.claim("desk", self.now.wall)) is not None:
            attempt = Attempt(self.now.wall, AttemptOutcome.ACCEPTED)
            await self.store.settle(claim, attempt, NotificationState.SENT)

    async def breaks(self, name: str, minutes: float) -> None:
        """Something breaks then."""
        when = DAWN + round(minutes * MINUTE)
        plan = story(incident(name, opened_at=when, fact_at=when, changed_at=when, home=f"/srv/{name}"))
        await self.store.commit([name], [], [], always(plan), now=Instant(when, 0))


@asynccontextmanager
async def morning(directory: Path, wanted: Settings | None = None) -> AsyncIterator[Morning]:
    """A store in which something broke in the night."""
    async with open_store(directory, now=Instant(DAWN, 0), boot=BOOT) as store:
        made = Morning(store, wanted or settings())
        await made.breaks("k7fq", -300)
        yield made


def rows(directory: Path) -> list[tuple[str, str, str]]:
    """The outbox: id, channel, state."""
    with StoreReader(directory / FILE_NAME) as reader:
        return [(row.id, row.channel, row.state.value) for row in reversed(reader.notifications())]


async def test_at_its_time(tmp_path: Path) -> None:
    """Not before; then one message for each channel, whose workers are woken; and not again that day."""
    async with morning(tmp_path, settings(channels=("desk", "phone"))) as run:
        assert await run.at(-1, awake=0) == pytest.approx(60)
        assert run.woken == []
        assert await run.at(0) == pytest.approx(24 * 3600)
        assert run.woken == [{"desk", "phone"}]
        await run.at(1)
        assert len(run.woken) == 1

    assert await anyio.to_thread.run_sync(rows, tmp_path) == [
        ("20260601-0830.1", "desk", "queued"),
        ("20260601-0830.1", "phone", "queued"),
    ]


async def test_nothing_to_say(tmp_path: Path) -> None:
    """Nothing is sent and nobody is woken, but it can be seen that it was thought of; not even a restart makes up for it."""
    async with open_store(tmp_path, now=Instant(DAWN, 0), boot=BOOT) as store:
        run = Morning(store, settings())
        await run.at(0)
        await run.breaks("k7fq", 5)
        run.anew()
        await run.at(10)
        await run.at(12)

    assert await anyio.to_thread.run_sync(rows, tmp_path) == [("20260601-0830.1", "desk", "withheld")]
    assert not any(run.woken)


async def test_a_restart_and_a_clock_that_is_set_back(tmp_path: Path) -> None:
    """What was written is found in the store: no second one of that morning."""
    async with morning(tmp_path) as run:
        await run.at(0)
        run.anew()
        await run.at(5)
        await run.at(7)
        await run.at(-20, awake=8)
        await run.at(0, awake=28)

    assert len(await anyio.to_thread.run_sync(rows, tmp_path)) == 1


@pytest.mark.parametrize(("late", "sent"), [(90, 1), (719, 1), (721, 0)])
async def test_missed(tmp_path: Path, late: float, sent: int) -> None:
    """After a sleep or a start it is made up for, within twelve hours, once the homes were looked at for a minute."""
    async with morning(tmp_path) as run:
        await run.breaks("b2dd", 30)
        wait = await run.at(late - 1, awake=0)
        assert run.woken == []
        if sent:
            assert wait == pytest.approx(60)

        await run.at(late, awake=1)

    assert len(await anyio.to_thread.run_sync(rows, tmp_path)) == sent
    assert len(run.woken) == sent


async def test_missed_in_quiet_hours(tmp_path: Path) -> None:
    """One that was missed comes when the quiet hours are over."""
    async with morning(tmp_path, settings(quiet="09:00-10:00")) as run:
        assert await run.at(45, awake=0) == pytest.approx(45 * 60)
        await run.at(90, awake=45)
        await run.at(91, awake=46)

    assert len(await anyio.to_thread.run_sync(rows, tmp_path)) == 1


async def test_another_time(tmp_path: Path) -> None:
    """A new time holds from now on: what it would have been today is not made up for."""
    async with morning(tmp_path) as run:
        await run.at(0)
        run.settings = settings("08:40")
        await run.at(60)
        await run.at(62)
        assert len(run.woken) == 1
        run.settings = settings("10:00")
        await run.at(63)
        await run.at(90)
        run.settings = settings("")
        await run.at(24 * 60)

    assert [name for name, _, _ in await anyio.to_thread.run_sync(rows, tmp_path)] == ["20260601-0830.1", "20260601-1000.1"]


async def test_since_the_last_one(tmp_path: Path) -> None:
    """The next day's tells what has changed since, and what is still so."""
    async with morning(tmp_path) as run:
        await run.at(0)
        await run.deliver()
        await run.breaks("b2dd", 600)
        await run.at(24 * 60)
        claim = await run.store.claim("desk", run.now.wall)

    assert claim is not None
    assert claim.digest is not None
    assert claim.digest.since == DAWN
    assert {one.incident for one in claim.digest.open} == {"k7fq", "b2dd"}


class _Refusing:
    """A store that takes nothing for a while."""

    def __init__(self, store: Store, times: int) -> None:
        self.store = store
        self.times = times

    async def put_digest(self, *given: object, **named: object) -> object:
        """Refuse, then let it through."""
        self.times -= 1
        if self.times >= 0:
            message = "the disk is full"
            raise StoreError(message)

        return await self.store.put_digest(*given, **named)  # type: ignore[arg-type]


async def test_a_store_that_stumbles(tmp_path: Path) -> None:
    """What it does not take now it takes with the next lap."""
    async with morning(tmp_path) as run:
        run.store = _Refusing(run.store, 1)  # type: ignore[assignment]
        run.anew()
        await run.at(0)
        assert run.woken == []
        await run.at(0.5)

    assert run.woken == [{"desk"}]


async def test_it_rests_until_asked(tmp_path: Path) -> None:
    """Without a time it does nothing; a reload that sets one is followed at once; with one, it looks at the clock again and again."""
    async with morning(tmp_path, settings("")) as run, anyio.create_task_group() as tasks:
        looks: list[int] = []

        def wake(names: Iterable[str]) -> None:
            run.woken.append(set(names))

        def now() -> Instant:
            looks.append(1)
            return run.now

        digests = Digests(run.store, lambda: run.settings, wake, now=now, zone=UTC, lap=0.01)
        tasks.start_soon(digests.run)
        await auntil(lambda: looks)
        run.now = Instant(DAWN - HOUR, 0)
        run.settings = settings()
        digests.ask()
        await auntil(lambda: len(looks) > 3)
        assert run.woken == []
        run.now = Instant(DAWN, HOUR)
        await auntil(lambda: run.woken)
        tasks.cancel_scope.cancel()


async def test_settings_are_those_of_the_moment(tmp_path: Path) -> None:
    """A channel that was added meanwhile gets the next one."""
    async with morning(tmp_path) as run:
        await run.at(-5)
        run.settings = changed(run.settings, channels=settings(channels=("desk", "new")).channels)
        await run.at(0)

    assert run.woken == [{"desk", "new"}]
