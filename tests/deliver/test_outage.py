"""Long troubles on a clock that is set by hand: an hour without the service, a day without success, and what is told of it."""

import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import pairwise
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from coven_watchdog.decide.render import Page, render
from coven_watchdog.decide.words import Place
from coven_watchdog.deliver.parcel import Parcel, Receipt
from coven_watchdog.model.telling import Message
from coven_watchdog.model.time import DAY, HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, NotificationState
from coven_watchdog.settings import Channel, Settings
from coven_watchdog.store import FILE_NAME, Claim, StoreReader, open_store
from deliver.test_outbox import Office
from waiting import auntil

pytestmark = pytest.mark.anyio

DAWN = Instant(wall=1_790_000_000 * SECOND, awake=1_000 * SECOND)
DOWN = Receipt("", AttemptOutcome.TEMPORARY, "503")
UNREACHABLE = Receipt("", AttemptOutcome.TEMPORARY, "no such host", unreachable=True)
ACCEPTED = Receipt("", AttemptOutcome.ACCEPTED)


@dataclass
class Service:
    """A service at the other end, and the clock that everybody goes by."""

    now: Instant = DAWN
    answer: Receipt = DOWN
    tries: list[tuple[int, Parcel]] = field(default_factory=list)
    """When (µs since dawn), and with what."""

    def prepare(self, channel: str, *, local: bool) -> None:
        """There is nothing to prepare."""

    def retire(self, keep: frozenset[str]) -> None:
        """There is nothing to let go."""

    async def send(self, channel: str, parcel: Parcel) -> Receipt:
        """Note it, and answer."""
        del channel
        self.tries.append((self.now.wall - DAWN.wall, parcel))
        return self.answer

    def set(self, since_dawn: int) -> None:
        """Set the clock."""
        self.now = Instant(DAWN.wall + since_dawn, DAWN.awake + since_dawn)


@asynccontextmanager
async def at_dawn(folder: Path, service: Service, draw: Callable[[], float] = lambda: 0.5) -> AsyncIterator[Office]:
    """An office that writes its messages as the service does, and delivers."""

    def written(claim: Claim, channel: Channel, settings: Settings, now: Instant) -> Message:
        page = Page(claim.notification, claim.members, channel, settings, now, Place("devbox", UTC), claim.digest, claim.kinds)
        return render(page)

    async with open_store(folder, now=DAWN, boot="b") as store:
        office = Office(store, service, now=lambda: service.now, draw=draw)
        office.write = written
        async with office.open():
            yield office


async def until_dawn_plus(moment: int, office: Office, service: Service, channel: str = "web") -> None:
    """Let the time come, try after try: each at the moment for which it was set."""
    while (due := await office.store.store.next_due(channel, service.now.wall)) is not None and due - DAWN.wall <= moment:
        service.set(max(due - DAWN.wall, service.now.wall - DAWN.wall))
        count = len(office.store.settled)
        office.outbox.wake([channel])
        await auntil(lambda count=count: len(office.store.settled) > count)  # type: ignore[misc]

    service.set(moment)


def _seconds_late(parcel: Parcel) -> int:
    """By its own words."""
    said = re.search(r"Told (?:(\d+) h ?)?(?:(\d+) min ?)?(?:(\d+) s )?late", parcel.body)
    hours, minutes, seconds = (int(part or 0) for part in said.groups()) if said else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


@pytest.mark.parametrize("seed", range(3))
async def test_an_hour_without_the_service(tmp_path: Path, seed: int) -> None:
    """An alert a minute for an hour: one try in 30 s on average, never over a minute apart; then all, once, in order, and how late."""
    service = Service()
    async with at_dawn(tmp_path, service, random.Random(seed).random) as office:
        ids = [f"m{number:02}.1" for number in range(60)]
        for number, name in enumerate(ids):
            await until_dawn_plus(number * MINUTE, office, service)
            await office.commit(name)

        await until_dawn_plus(HOUR, office, service)
        failed = list(service.tries)
        service.answer = ACCEPTED
        service.set(HOUR + MINUTE)
        office.outbox.wake(["web"])
        await auntil(lambda: [state for _, state in office.store.states()].count(NotificationState.SENT) == len(ids))
        await auntil(lambda: len(office.troubles) == 2)

    assert {parcel.id for _, parcel in failed} == {"m00.1"}
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(failed)]
    assert max(gaps) <= MINUTE
    assert len(failed) <= 60 * 2.5
    through = service.tries[len(failed) :]
    assert [parcel.id for _, parcel in through] == ids
    assert office.store.states()[-60:] == [(name, NotificationState.SENT) for name in ids]
    late = [when // SECOND - number * 60 for number, (when, _) in enumerate(through)]
    assert all(abs(_seconds_late(parcel) - seconds) < 60 for seconds, (_, parcel) in zip(late, through, strict=True))
    assert "Told 1 h 1 min late." in through[0][1].body
    assert office.troubles == [("channel:web", "5 tries failed: 503"), ("channel:web", None)]


async def test_the_longest_jitter(tmp_path: Path) -> None:
    """With the longest draw of all there is one try a minute, once the first ones are over."""
    service = Service()
    async with at_dawn(tmp_path, service, lambda: 0.999_999) as office:
        await office.commit("a.1")
        await until_dawn_plus(HOUR, office, service)

    assert 60 <= len(service.tries) <= 66


async def test_whoever_asks_for_a_day_is_asked_each_hour(tmp_path: Path) -> None:
    """A wait that a service asks for is granted, up to an hour; the alert is not lost to a number."""
    service = Service(answer=Receipt("", AttemptOutcome.TEMPORARY, "429", retry_after=86_400.0))
    async with at_dawn(tmp_path, service) as office:
        await office.commit("a.1")
        await until_dawn_plus(3 * HOUR, office, service)

    assert [when for when, _ in service.tries] == [0, HOUR, 2 * HOUR, 3 * HOUR]


def _log(folder: Path) -> tuple[dict[str, NotificationState], int]:
    """What `notify log --failed` shows, and when `a.1` was tried last (wall µs)."""
    with StoreReader(folder / FILE_NAME) as rows:
        return {row.id: row.state for row in rows.notifications(failed=True)}, rows.attempts("a.1", "web")[-1].at


async def test_a_day_without_success(tmp_path: Path) -> None:
    """After a day the message is given up: it can be seen, it counts as lost, and the next one has its turn."""
    service = Service()
    async with at_dawn(tmp_path, service) as office:
        await office.commit("a.1")
        await until_dawn_plus(10 * MINUTE, office, service)
        await office.commit("b.1")
        service.set(DAY - 5 * MINUTE)
        await until_dawn_plus(DAY + 2 * MINUTE, office, service)

    failed, last = await anyio.to_thread.run_sync(_log, tmp_path)
    assert failed == {"a.1": NotificationState.GIVEN_UP, "b.1": NotificationState.QUEUED}
    assert DAY - 2 * MINUTE <= last - DAWN.wall <= DAY
    assert office.troubles == [("channel:web", "5 tries failed: 503")]


async def test_a_day_without_our_own_network(tmp_path: Path) -> None:
    """While no remote channel connects nothing is told, until a message is lost for it."""
    service = Service(answer=UNREACHABLE)
    async with at_dawn(tmp_path, service) as office:
        office.channels(web="json://host", other="json://other")
        office.outbox.reconfigure()
        await office.commit("o.1", channel="other")
        await until_dawn_plus(0, office, service, "other")
        await office.commit("a.1")
        await until_dawn_plus(HOUR, office, service)
        service.set(DAY - 5 * MINUTE)
        await until_dawn_plus(DAY - 2 * MINUTE, office, service)
        assert office.troubles == []
        await until_dawn_plus(DAY + MINUTE, office, service)

    assert office.store.states()[-1] == ("a.1", NotificationState.GIVEN_UP)
    assert office.troubles == [("channel:web", "a message was lost: no such host")]
