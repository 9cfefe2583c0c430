"""Queued messages in the store go in, receipts come back into it; between them each channel has a worker of its own.

A message is claimed by compare-and-set, sent with a deadline, and recorded after it was sent: a crash between makes a
duplicate under the same id, never a loss. A channel keeps its order: a message that fails holds back those behind it on its
own channel, and no other. What fails for a while is reported as the watchdog's own trouble.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import anyio
from anyio.abc import TaskGroup, TaskStatus

from coven_watchdog.decide.backoff import delay
from coven_watchdog.deliver.conditions import Conditions
from coven_watchdog.deliver.delivery import Settlement, outdated, parcel, plain_words, settlement, withheld
from coven_watchdog.deliver.parcel import Receipt
from coven_watchdog.deliver.ports import Couriers, OutboxStore
from coven_watchdog.errors import ReplacedError, StoreError
from coven_watchdog.model.facts import OwnTrouble
from coven_watchdog.model.looks import ChannelLook
from coven_watchdog.model.telling import Attempt, Message
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, NotificationState
from coven_watchdog.redact import redact
from coven_watchdog.settings import Channel, Settings
from coven_watchdog.store import Claim

CHANNEL = "channel:"
"""What the name of a worker's loop begins with."""
_LAP = 30.0
"""Seconds after which an idle worker looks again: a suspended machine's timers stood still, its wall clock did not."""
_OTHER_HANDS = 1.0
_AHEAD = 5 * SECOND
"""A courier is started this long before its message is due: a group that collects does not wait for it as well."""
_TRIES_OF_OWN_FAULT = 3
_TRIES_TO_RECORD = 6
_STUMBLES_TO_REPORT = 3

Render = Callable[[Claim, Channel, Settings, Instant], Message]
"""The text of a claimed message for this channel, as of now."""


@dataclass
class _Lane:
    """One channel's worker: its bell, when it last began a lap (awake µs), and how often it stumbled since the last good one."""

    bell: anyio.Event = field(default_factory=anyio.Event)
    over: anyio.Event = field(default_factory=anyio.Event)
    lap: int = 0
    stumbles: int = 0


class Outbox:
    """Delivers what the store holds for the configured channels.

    Args:
        store: where messages are claimed and settled.
        couriers: who carries them.
        settings: the settings as they are now.
        now: reads the clock.
        render: writes the text.
        report: takes the watchdog's own troubles: topic `channel:<name>`, or `self:config.channel.<name>` for a URL that
            Apprise does not take.
        draw: a random number in [0, 1), for the jitter.
    """

    def __init__(
        self,
        store: OutboxStore,
        couriers: Couriers,
        *,
        settings: Callable[[], Settings],
        now: Callable[[], Instant],
        render: Render,
        report: Callable[[OwnTrouble], Awaitable[None]],
        draw: Callable[[], float],
    ) -> None:
        self._store = store
        self._couriers = couriers
        self._settings = settings
        self._now = now
        self._render = render
        self._draw = draw
        self._conditions = Conditions(settings, now, report)
        self._lanes: dict[str, _Lane] = {}
        self._tasks: TaskGroup | None = None
        self._finishing = False

    def remember(self, topics: Iterable[str], looks: Iterable[ChannelLook] = ()) -> None:
        """Take over how the channels stood, and the troubles that the run before did not take back: a delivery ends them."""
        self._conditions.remember(topics, looks)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Deliver until cancelled.

        Raises:
            ReplacedError: (in an exception group) the installed package is not ours any more; nothing was lost.
        """
        await self._conditions.forget_others()
        async with anyio.create_task_group() as self._tasks:
            self.reconfigure()
            task_status.started()
            await anyio.sleep_forever()

    def reconfigure(self) -> None:
        """Have one worker for each channel of the settings; to be called after a reload. What is being sent is finished."""
        if self._tasks is None:
            return

        wanted = {channel.name: channel for channel in self._settings().channels}
        self._couriers.retire(frozenset(wanted))
        for name in self._lanes.keys() - wanted.keys():
            self._lanes.pop(name).bell.set()

        for name, channel in wanted.items():
            if name not in self._lanes:
                lane = self._lanes[name] = _Lane(lap=self._now().awake)
                self._tasks.start_soon(self._work, name, lane, name=f"channel {name}")

            if self._settings().delivery.preload:
                self._couriers.prepare(name, local=channel.local)

    def wake(self, channels: Iterable[str]) -> None:
        """Something may have been committed for these channels: their workers look now."""
        for name in channels:
            if name in self._lanes:
                self._lanes[name].bell.set()

    async def finish(self, seconds: float) -> None:
        """Take no more messages in hand, and give those that are so long to be recorded: what was sent is not sent again."""
        self._finishing = True
        self.wake(tuple(self._lanes))
        with anyio.move_on_after(seconds):
            for lane in tuple(self._lanes.values()):
                await lane.over.wait()

    async def drain(self, seconds: float) -> None:
        """Deliver what waits, retrying, until nothing does or the time is over. In place of `run`, for one pass."""
        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as tasks:
                for channel in self._settings().channels:
                    tasks.start_soon(self._empty, channel.name, name=f"drain {channel.name}")

    @property
    def progress(self) -> Mapping[str, int]:
        """Awake µs of the last lap of each worker. A lap takes at most 30 s and the time-out of one delivery."""
        return {f"{CHANNEL}{name}": lane.lap for name, lane in self._lanes.items()}

    def channels(self) -> tuple[ChannelLook, ...]:
        """How each channel is doing, as known since this process started."""
        return self._conditions.looks()

    # The worker of one channel

    async def _work(self, name: str, lane: _Lane) -> None:
        try:
            while self._lanes.get(name) is lane and not self._finishing:
                wait = await self._fenced(name, lane)
                await _pause(lane, _LAP if wait is None else wait)

            if not self._finishing:
                await self._conditions.forget(name)
        finally:
            lane.over.set()

    async def _empty(self, name: str) -> None:
        lane = _Lane()
        while (wait := await self._fenced(name, lane)) is not None:
            await _pause(lane, wait)

    async def _fenced(self, name: str, lane: _Lane) -> float | None:
        """One lap. The outbox's fence: no error but one that ends the process stops a channel."""
        lane.lap = self._now().awake
        # The bell is hung before looking: what is committed while looking rings it.
        lane.bell = anyio.Event()
        try:
            wait = await self._lap(name)
        except ReplacedError:
            raise
        except Exception as error:  # noqa: BLE001 - the fence
            lane.stumbles += 1
            await self._stumbled(name, lane.stumbles, error)
            return delay(lane.stumbles, self._draw()) / SECOND

        if lane.stumbles:
            lane.stumbles = 0
            await self._conditions.walks(name)

        return wait

    async def _lap(self, name: str) -> float | None:
        """Deliver one message if one is due; seconds until the next lap, None when nothing waits."""
        channel = next((channel for channel in self._settings().channels if channel.name == name), None)
        if channel is None:
            return None

        await self._conditions.review(channel)
        now = self._now().wall
        claim = await self._store.claim(name, now)
        if claim is not None:
            await self._deliver(channel, claim)
            return 0.0

        due = await self._store.next_due(name, now)
        if due is None:
            return None

        if due <= now:
            return _OTHER_HANDS

        if due - now < _AHEAD:
            self._couriers.prepare(name, local=channel.local)

        return (due - now) / SECOND

    async def _deliver(self, channel: Channel, claim: Claim) -> None:
        if outdated(claim, channel, now := self._now()):
            await self._record(claim, withheld(now))
            return

        receipt = await self._sent(channel, claim)
        now = self._now()
        settled = settlement(claim, receipt, self._settings().delivery, now, self._draw())
        await self._record(claim, settled)
        await self._conditions.learn(channel, receipt, settled, now, claim.notification.attempts)

    async def _sent(self, channel: Channel, claim: Claim) -> Receipt:
        """Hand it to the courier. An exception here is a fault of ours: after three tries the message is let go, visibly."""
        settings, now = self._settings(), self._now()
        message, fault = self._written(claim, channel, settings, now)
        try:
            receipt = await self._couriers.send(channel.name, parcel(claim, message, channel, settings.delivery))
        except ReplacedError as error:
            attempt = Attempt(self._now().wall, AttemptOutcome.TEMPORARY, redact(error.message))
            await self._record(claim, Settlement(attempt, NotificationState.QUEUED, now.wall))
            raise
        except Exception as error:  # noqa: BLE001 - part of the worker's fence: the message must be settled
            last = claim.notification.attempts >= _TRIES_OF_OWN_FAULT
            outcome = AttemptOutcome.PERMANENT if last else AttemptOutcome.TEMPORARY
            return Receipt(claim.notification.id, outcome, f"a fault of the watchdog: {type(error).__name__}: {error}")

        return replace(receipt, error=redact(receipt.error or fault, settings.privacy.patterns))

    def _written(self, claim: Claim, channel: Channel, settings: Settings, now: Instant) -> tuple[Message, str]:
        """The text, and what went wrong in writing it."""
        try:
            return self._render(claim, channel, settings, now), ""
        except Exception as error:  # noqa: BLE001 - part of the worker's fence: an alert without its text is still one
            return plain_words(claim, error), f"the text could not be written: {type(error).__name__}: {error}"

    async def _record(self, claim: Claim, settled: Settlement) -> None:
        """Write it down. Neither a stop nor a store that stumbles for a moment may make a duplicate of what was sent.

        Raises:
            StoreError: it does not take it.
        """
        for tries in range(1, _TRIES_TO_RECORD):
            try:
                return await self._settle(claim, settled)
            except StoreError:
                await anyio.sleep(delay(tries, self._draw()) / SECOND)

        return await self._settle(claim, settled)

    async def _settle(self, claim: Claim, settled: Settlement) -> None:
        with anyio.CancelScope(shield=True):
            await self._store.settle(claim, settled.attempt, settled.state, settled.next_attempt_at)

    async def _stumbled(self, name: str, stumbles: int, error: Exception) -> None:
        """Put back what this channel had in hand; say what happened when it goes on."""
        if stumbles >= _STUMBLES_TO_REPORT:
            await self._conditions.stumbled(name, error)

        # Else the store is what failed, and says so itself: what is in hand is put back by a later stumble or start.
        with suppress(StoreError):
            await self._store.release(name)


async def _pause(lane: _Lane, seconds: float) -> None:
    """Until the bell rings, but not for longer than a lap."""
    with anyio.move_on_after(min(_LAP, seconds)):
        await lane.bell.wait()
