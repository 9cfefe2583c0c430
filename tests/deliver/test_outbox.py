"""The outbox on a real store: order, retries, fences, and that no channel waits for another."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import pytest

from coven_watchdog import clock
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.outbox import Outbox, Render
from coven_watchdog.deliver.parcel import Parcel, Receipt
from coven_watchdog.deliver.ports import Couriers
from coven_watchdog.errors import ReplacedError, StoreError
from coven_watchdog.model.facts import OwnTrouble
from coven_watchdog.model.telling import Attempt, Message, Notification, Plan
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, ChannelState, NotificationState, Priority, Tone
from coven_watchdog.settings import Channel, Delivery, Duration, Secret, Settings
from coven_watchdog.store import Claim, Store, open_store
from deliver.letters import NOTIFICATION, incident, member
from rigs.sinks import HttpSink, hanging
from waiting import auntil

pytestmark = pytest.mark.anyio

ACCEPTED = Receipt("", AttemptOutcome.ACCEPTED, receipt="r")
TEMPORARY = Receipt("", AttemptOutcome.TEMPORARY, "later")
PERMANENT = Receipt("", AttemptOutcome.PERMANENT, "never")

Answer = Receipt | Exception | Callable[[], Awaitable[Receipt]]


@dataclass
class ScriptedCouriers:
    """Couriers that answer as told, one answer per parcel, then accept."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    carried: list[tuple[str, Parcel]] = field(default_factory=list)
    prepared: list[tuple[str, bool]] = field(default_factory=list)
    kept: list[frozenset[str]] = field(default_factory=list)

    def prepare(self, channel: str, *, local: bool) -> None:
        """Note it."""
        self.prepared.append((channel, local))

    async def send(self, channel: str, parcel: Parcel) -> Receipt:
        """Answer as told."""
        self.carried.append((channel, parcel))
        answer = self.answers[channel].pop(0) if self.answers.get(channel) else ACCEPTED
        if isinstance(answer, Exception):
            raise answer

        return answer if isinstance(answer, Receipt) else await answer()

    def retire(self, keep: frozenset[str]) -> None:
        """Note it."""
        self.kept.append(keep)

    def ids(self, channel: str = "web") -> list[str]:
        """What was carried for this channel."""
        return [parcel.id for name, parcel in self.carried if name == channel]


class WatchedStore:
    """The real store, with a list of what was settled, and faults on demand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.settled: list[tuple[str, str, NotificationState, str]] = []
        self.faults: dict[str, list[Exception | None]] = {}
        self.before_settling = anyio.Event()
        self.before_settling.set()

    async def next_due(self, channel: str, now: int) -> int | None:
        """As the store."""
        self._stumble("next_due")
        return await self.store.next_due(channel, now)

    async def claim(self, channel: str, now: int) -> Claim | None:
        """As the store; a fault of None means that somebody else was faster."""
        if self.faults.get("claim") == [None]:
            self.faults["claim"].clear()
            return None

        self._stumble("claim")
        return await self.store.claim(channel, now)

    async def settle(
        self, claim: Claim, attempt: Attempt, state: NotificationState, next_attempt_at: int | None = None
    ) -> None:
        """As the store."""
        self._stumble("settle")
        await self.before_settling.wait()
        await self.store.settle(claim, attempt, state, next_attempt_at)
        self.settled.append((claim.notification.id, claim.notification.channel, state, attempt.error))

    async def release(self, channel: str | None = None) -> int:
        """As the store."""
        self._stumble("release")
        return await self.store.release(channel)

    def states(self, channel: str = "web") -> list[tuple[str, NotificationState]]:
        """What was settled for this channel."""
        return [(name, state) for name, of, state, _ in self.settled if of == channel]

    def _stumble(self, where: str) -> None:
        fault = self.faults[where].pop(0) if self.faults.get(where) else None
        if fault is not None:
            raise fault


def written(claim: Claim, channel: Channel, _settings: Settings, _now: Instant) -> Message:
    """A text."""
    return Message(f"to {channel.name}", ("body", claim.notification.id), Tone.FAILURE, Priority.URGENT, claim.notification.id)


class Office:
    """An outbox with a real store and whatever couriers."""

    def __init__(
        self,
        store: Store,
        couriers: Couriers,
        *,
        now: Callable[[], Instant] = clock.now,
        draw: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.now = now
        self.store = WatchedStore(store)
        self.settings = Settings(channels=(Channel(name="web", url=Secret("json://host")),))
        self.troubles: list[tuple[str, str | None]] = []
        self.write: Render = written
        self.outbox = Outbox(
            self.store,
            couriers,
            settings=lambda: self.settings,
            now=now,
            render=self._render,
            report=self._take,
            draw=draw,
        )

    def _render(self, claim: Claim, channel: Channel, settings: Settings, now: Instant) -> Message:
        return self.write(claim, channel, settings, now)

    async def _take(self, trouble: OwnTrouble) -> None:
        self.troubles.append((trouble.topic, trouble.trouble))

    def channels(self, **urls: str) -> None:
        """Configure these."""
        self.settings = replace_settings(self.settings, tuple(Channel(name=n, url=Secret(u)) for n, u in urls.items()))

    async def commit(self, *ids: str, channel: str = "web", age: int = 0, due_in: int = 0) -> None:
        """Queue messages, `age` µs ago."""
        now = self.now()
        then = now.wall - age
        rows = [
            replace(
                NOTIFICATION,
                id=name,
                incident=name.split(".")[0],
                channel=channel,
                fact_at=then,
                committed_at=then,
                due_at=then + due_in,
            )
            for name in ids
        ]
        await self.store.store.commit((), (), (), lambda _: plan(rows), now=now)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While it delivers."""
        async with anyio.create_task_group() as tasks:
            await tasks.start(self.outbox.run)
            yield
            tasks.cancel_scope.cancel()


def plan(rows: list[Notification]) -> Plan:
    """Incidents and messages."""
    incidents = {row.incident: incident(row.incident) for row in rows}
    return Plan(incidents=tuple(incidents.values()), notifications=tuple(rows), members=tuple(map(member, rows)))


def replace_settings(settings: Settings, channels: tuple[Channel, ...]) -> Settings:
    """The settings with other channels."""
    return Settings(channels=channels, delivery=settings.delivery)


@pytest.fixture
def couriers() -> ScriptedCouriers:
    """Couriers that accept everything unless told otherwise."""
    return ScriptedCouriers()


@pytest.fixture
async def office(tmp_path: Path, couriers: ScriptedCouriers) -> AsyncIterator[Office]:
    """An outbox with one channel, `web`."""
    async with open_store(tmp_path, now=clock.now(), boot="b") as store:
        yield Office(store, couriers)


async def test_what_waits_is_delivered(office: Office, couriers: ScriptedCouriers) -> None:
    """A message that was committed before the start goes out and is recorded, with its text for that channel."""
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.store.settled)

    ((channel, parcel),) = couriers.carried
    assert (channel, parcel.id, parcel.title, parcel.body) == ("web", "a.1", "to web", "body\na.1")
    assert office.store.settled == [("a.1", "web", NotificationState.SENT, "")]
    assert office.troubles == []


async def test_a_bell_wakes_the_worker(office: Office, couriers: ScriptedCouriers) -> None:
    """What is committed later goes out at once; other channels start nothing."""
    office.channels(web="json://host", other="json://other")
    async with office.open():
        await office.commit("a.1")
        office.outbox.wake(["web", "other", "unknown"])
        await auntil(lambda: office.store.settled)

    assert couriers.prepared == []


async def test_a_courier_is_ready_when_a_group_is(office: Office, couriers: ScriptedCouriers) -> None:
    """A message that is due a little later has its courier prepared meanwhile, and is not sent before; one of much later has not."""
    office.channels(web="json://host", other="json://other")
    due = clock.now().wall + SECOND // 5
    await office.commit("a.1", due_in=SECOND // 5)
    await office.commit("b.1", channel="other", due_in=MINUTE)
    async with office.open():
        await auntil(lambda: office.store.settled)

    assert clock.now().wall >= due
    assert couriers.prepared == [("web", False)]


async def test_a_recovery_carries_the_receipt_of_its_alert(office: Office, couriers: ScriptedCouriers) -> None:
    """What the service gave back for the first message of an incident goes with the next one."""
    await office.commit("a.1", "a.2")
    async with office.open():
        await auntil(lambda: len(office.store.settled) == 2)

    assert [parcel.replaces for _, parcel in couriers.carried] == ["", "r"]


async def test_the_head_of_the_line_goes_first(office: Office, couriers: ScriptedCouriers) -> None:
    """A message that fails is tried until it is through; those behind it wait, in order."""
    couriers.answers["web"] = [TEMPORARY, replace(TEMPORARY, outcome=AttemptOutcome.TIMED_OUT)]
    await office.commit("a.1", "b.1")
    async with office.open():
        await auntil(lambda: len(office.store.settled) == 4)

    queued, sent = NotificationState.QUEUED, NotificationState.SENT
    assert office.store.states() == [("a.1", queued), ("a.1", queued), ("a.1", sent), ("b.1", sent)]


async def test_a_hanging_channel_delays_no_other(office: Office, couriers: ScriptedCouriers) -> None:
    """Each channel has a worker of its own; a stop does not wait for the one that hangs."""
    office.channels(web="json://host", bad="json://bad")
    couriers.answers["bad"] = [_hang]
    await office.commit("a.1", channel="bad")
    async with office.open():
        await auntil(lambda: couriers.ids("bad"))
        await office.commit("b.1")
        office.outbox.wake(["web"])
        await auntil(lambda: office.store.states() == [("b.1", NotificationState.SENT)])

    assert office.store.states("bad") == []


async def _hang() -> Receipt:
    await anyio.sleep_forever()
    return ACCEPTED


async def test_a_permanent_failure_is_final(office: Office, couriers: ScriptedCouriers) -> None:
    """It is tried once, the next message goes on, and the channel's trouble comes and goes."""
    couriers.answers["web"] = [PERMANENT]
    await office.commit("a.1", "b.1")
    async with office.open():
        await auntil(lambda: len(office.store.settled) == 2)
        await auntil(lambda: len(office.troubles) == 2)

    assert office.store.states() == [("a.1", NotificationState.FAILED), ("b.1", NotificationState.SENT)]
    assert office.troubles == [("channel:web", "a message was lost: never"), ("channel:web", None)]


async def test_a_message_is_given_up(office: Office, couriers: ScriptedCouriers) -> None:
    """After its time is over, and enough tries, the next one gets its turn."""
    office.settings = Settings(channels=office.settings.channels, delivery=Delivery(give_up_after=Duration(MINUTE)))
    couriers.answers["web"] = [TEMPORARY] * 5
    await office.commit("a.1", age=2 * MINUTE)
    await office.commit("b.1")
    async with office.open():
        await auntil(lambda: len(office.store.settled) == 6)

    assert office.store.states()[-2:] == [("a.1", NotificationState.GIVEN_UP), ("b.1", NotificationState.SENT)]
    assert office.troubles[0] == ("channel:web", "a message was lost: later")


async def test_old_news_are_not_shown_on_a_desktop(office: Office, couriers: ScriptedCouriers) -> None:
    """A desktop message older than fifteen minutes is settled without being carried; a newer one is shown."""
    office.channels(web="desktop://")
    await office.commit("a.1", age=16 * MINUTE)
    await office.commit("b.1")
    async with office.open():
        await auntil(lambda: len(office.store.settled) == 2)

    assert office.store.settled[0] == ("a.1", "web", NotificationState.GIVEN_UP, "too old for the desktop")
    assert couriers.ids() == ["b.1"]


async def test_a_text_that_cannot_be_written(office: Office, couriers: ScriptedCouriers) -> None:
    """The alert goes out in plain words, and the fault stands with the try."""

    def broken(claim: Claim, _channel: Channel, _settings: Settings, _now: Instant) -> Message:
        raise KeyError(claim.notification.id)

    office.write = broken
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.store.settled)

    assert couriers.carried[0][1].title == "coven-watchdog: daemon.crashed"
    assert office.store.settled == [("a.1", "web", NotificationState.SENT, "the text could not be written: KeyError: 'a.1'")]


async def test_a_fault_of_ours_cannot_stop_a_channel(office: Office, couriers: ScriptedCouriers) -> None:
    """A message on which something raises is tried three times, then let go, visibly; the next one goes out."""
    couriers.answers["web"] = [ValueError("poison")] * 3
    await office.commit("a.1", "b.1")
    async with office.open():
        await auntil(lambda: len(office.store.settled) == 4)

    queued = NotificationState.QUEUED
    assert [state for _, state in office.store.states()] == [queued, queued, NotificationState.FAILED, NotificationState.SENT]
    assert office.store.settled[2][3] == "a fault of the watchdog: ValueError: poison"


async def test_a_replaced_package_ends_the_outbox(office: Office, couriers: ScriptedCouriers) -> None:
    """It comes out as it is, and the message waits, in nobody's hands, for the new program."""
    couriers.answers["web"] = [ReplacedError("the installed package was replaced")]
    await office.commit("a.1")
    with pytest.RaisesGroup(ReplacedError, flatten_subgroups=True):
        async with office.open():
            await anyio.sleep_forever()

    assert office.store.states() == [("a.1", NotificationState.QUEUED)]
    assert await office.store.store.claim("web", clock.now().wall + SECOND) is not None


async def test_a_store_that_stumbles_makes_no_duplicate(office: Office, couriers: ScriptedCouriers) -> None:
    """What was sent is recorded when the store can again; it is not sent twice."""
    office.store.faults["settle"] = [StoreError("busy"), StoreError("busy")]
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.store.settled)

    assert couriers.ids() == ["a.1"]
    assert office.troubles == []


async def test_a_store_that_takes_nothing(office: Office, couriers: ScriptedCouriers) -> None:
    """When it refuses for good the message is put back and goes out again under its id: rather twice than never."""
    office.store.faults["settle"] = [StoreError("full")] * 6
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.store.settled)

    assert couriers.ids() == ["a.1", "a.1"]


async def test_a_stumbling_worker_walks_again(office: Office) -> None:
    """Three stumbles in a row are reported; once it walks they are taken back, and messages go out."""
    office.store.faults["claim"] = [StoreError("locked"), RuntimeError("odd"), StoreError("locked")]
    office.store.faults["release"] = [StoreError("locked")]
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.store.settled)

    assert office.troubles == [("channel:web", "its worker stumbled: StoreError: locked"), ("channel:web", None)]


async def test_another_process_was_faster(office: Office) -> None:
    """A message that somebody else has in hand is looked at again a little later."""
    office.store.faults["claim"] = [None]
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.store.settled)


async def test_what_was_sent_is_recorded_though_stopped(office: Office, couriers: ScriptedCouriers) -> None:
    """A stop between sending and recording waits for the record: no duplicate after the next start."""
    office.store.before_settling = anyio.Event()
    await office.commit("a.1")
    async with anyio.create_task_group() as tasks:
        await tasks.start(office.outbox.run)
        await auntil(lambda: couriers.carried)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        office.store.before_settling.set()

    assert office.store.states() == [("a.1", NotificationState.SENT)]


async def test_a_reload(office: Office, couriers: ScriptedCouriers) -> None:
    """A new channel gets a worker, a removed one loses it and its trouble, one that stays keeps its own."""
    couriers.answers["web"] = [PERMANENT]
    office.channels(web="json://host", stays="json://stays")
    office.outbox.reconfigure()
    await office.commit("a.1")
    async with office.open():
        await auntil(lambda: office.troubles)
        office.channels(stays="json://elsewhere", other="json://other")
        office.outbox.reconfigure()
        await auntil(lambda: len(office.troubles) == 2)
        await office.commit("b.1")
        await office.commit("c.1", channel="other")
        await office.commit("d.1", channel="stays")
        office.outbox.wake(["web", "other", "stays"])
        await auntil(lambda: office.store.states("other") and office.store.states("stays"))

    assert office.troubles[-1] == ("channel:web", None)
    assert couriers.ids("web") == ["a.1"]
    assert [parcel.url for name, parcel in couriers.carried if name == "stays"] == ["json://elsewhere"]
    assert couriers.kept == [frozenset({"web", "stays"}), frozenset({"stays", "other"})]


async def test_preload(office: Office, couriers: ScriptedCouriers) -> None:
    """With `preload` every channel has its courier from the start."""
    office.channels(web="json://host", desk="desktop://")
    office.settings = Settings(channels=office.settings.channels, delivery=Delivery(preload=True))
    async with office.open():
        assert couriers.prepared == [("web", False), ("desk", True)]


async def test_draining(office: Office, couriers: ScriptedCouriers) -> None:
    """One pass delivers what waits, retries included, and ends when nothing does."""
    office.channels(web="json://host", other="json://other")
    couriers.answers["web"] = [TEMPORARY]
    await office.commit("a.1", "b.1")
    await office.commit("a.1", channel="other")
    await office.outbox.drain(30)
    assert office.store.states()[-1] == ("b.1", NotificationState.SENT)
    assert office.store.states("other") == [("a.1", NotificationState.SENT)]


async def test_draining_ends_in_time(office: Office, couriers: ScriptedCouriers) -> None:
    """A channel that hangs does not hold the pass longer than it may take."""
    couriers.answers["web"] = [_hang]
    await office.commit("a.1")
    await office.outbox.drain(0.3)
    assert office.store.settled == []


async def test_what_is_known_of_it(office: Office) -> None:
    """Each worker's laps and each channel's condition can be seen."""
    await office.commit("a.1")
    before = clock.now().awake
    async with office.open():
        await auntil(lambda: office.store.settled)
        await auntil(lambda: office.outbox.channels()[0].state == ChannelState.OK)
        assert office.outbox.progress["channel:web"] >= before


async def test_the_whole_way(tmp_path: Path, environ: dict[str, str], http: HttpSink) -> None:
    """Store, outbox, couriers, Apprise and a real server; a hanging channel beside it delays nothing."""
    with hanging() as port:
        async with open_store(tmp_path, now=clock.now(), boot="b") as store, CourierPool(environ) as pool:
            office = Office(store, pool)
            office.channels(web=http.url, bad=f"json://127.0.0.1:{port}?rto=600")
            await office.commit("a.1", channel="bad")
            await office.commit("a.1", "b.1")
            async with office.open():
                office.outbox.wake(["web", "bad"])
                await auntil(lambda: len(office.store.states()) == 2)

    assert [request.json["message"] for request in http.got] == ["body\na.1", "body\nb.1"]
    assert office.store.states("bad") == []


async def test_what_is_in_hand_is_finished(office: Office, couriers: ScriptedCouriers) -> None:
    """At the end a message that is just being sent is waited for and recorded; the next one stays for the next run."""
    sending, sent = anyio.Event(), anyio.Event()

    async def slowly() -> Receipt:
        sending.set()
        await sent.wait()
        return ACCEPTED

    couriers.answers["web"] = [slowly]
    office.channels(web="json://host", idle="json://host")
    await office.commit("a.1", "b.1")
    async with office.open(), anyio.create_task_group() as tasks:
        await sending.wait()
        tasks.start_soon(office.outbox.finish, 60)
        await anyio.wait_all_tasks_blocked()
        sent.set()

    assert office.store.states() == [("a.1", NotificationState.SENT)]
    assert couriers.ids() == ["a.1"]
    assert office.troubles == []


async def test_what_hangs_is_not_finished(office: Office, couriers: ScriptedCouriers) -> None:
    """A courier that does not come back is waited for only so long."""

    async def never() -> Receipt:
        await anyio.sleep_forever()
        return ACCEPTED

    couriers.answers["web"] = [never]
    await office.commit("a.1")
    async with office.open():
        await auntil(couriers.ids)
        await office.outbox.finish(0.01)

    assert office.store.states() == []
