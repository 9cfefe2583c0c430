"""What is believed goes into the store: soon after it changed, and once a minute in any case."""

import logging
import os
from collections.abc import Collection
from dataclasses import replace

import anyio

from coven_watchdog import __version__, clock
from coven_watchdog.coven import processes
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.herald import Herald
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.deliver.outbox import Outbox
from coven_watchdog.engine import Engine
from coven_watchdog.errors import StoreError
from coven_watchdog.model.facts import EventWriter, Storage
from coven_watchdog.model.looks import BlindWindow, ChannelLook, HomeLook, WatchdogLook
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.store import Store

logger = logging.getLogger(__name__)

_AT_LEAST_EVERY = MINUTE
_APART = 0.25

Kept = tuple[tuple[HomeLook, ...], WatchdogLook, tuple[ChannelLook, ...]]


class Keeper:
    """Writes the last looks: at the homes, at the channels, and at the service itself.

    Args:
        store: where they go.
        engine: what is believed of the homes.
        outbox: how the channels are doing.
        configuration: what is in force.
        herald: who tells the service manager.
        boot: the name of this boot.
        every: µs after which all is written again, changed or not.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        outbox: Outbox,
        configuration: Configuration,
        herald: Herald,
        *,
        boot: str,
        every: int = _AT_LEAST_EVERY,
    ) -> None:
        self._store = store
        self._engine = engine
        self._outbox = outbox
        self._configuration = configuration
        self._herald = herald
        own = processes.identity(os.getpid())
        self._own = WatchdogLook(
            pid=os.getpid(),
            started=own.started if own else 0,
            boot=boot,
            since=clock.now().wall,
            seen_at=0,
            version=__version__,
            config="",
        )
        self._nudge = Nudge()
        self.pulse = Pulse()
        self._kept: Kept | None = None
        self._every = every
        self._due = 0
        self._note = ""

    def poke(self) -> None:
        """Something may have changed."""
        self._nudge.poke()

    def note(self, note: str) -> None:
        """What else `status` is to say of the service; "" takes it back."""
        self._note = note
        self._nudge.poke()

    async def run(self) -> None:
        """Keep what changes, at most four times a second: `status` reads it from the store."""
        while True:
            left = self._due - clock.now().awake
            self.pulse.rests(left / SECOND)
            poked = await self._nudge.wait(left / SECOND)
            self.pulse.works()
            if poked:
                # What pokes us is often about to be committed and told: that goes first.
                await anyio.sleep(_APART)

            if not poked or _steady(self._looks(clock.now())) != self._kept:
                await self.keep()

    async def keep(self) -> None:
        """Write down what is believed now. What the store does not take is said, and tried again."""
        now = clock.now()
        self._due = now.awake + self._every
        homes, own, channels = kept = self._looks(now)
        if await self.write(looks=homes, watchdog=own, channels=channels):
            self._kept = _steady(kept)

        await self._herald.tell(homes, own)

    async def write(
        self,
        *,
        looks: Collection[HomeLook] = (),
        watchdog: WatchdogLook | None = None,
        channels: Collection[ChannelLook] = (),
        blind: Collection[BlindWindow] = (),
        configured: Collection[str] | None = None,
        forgotten: Collection[str] = (),
        samples: Collection[Sample] = (),
    ) -> bool:
        """`Store.keep`, for what is no reason to end the service when it cannot be kept. Tells whether it was."""
        try:
            await self._store.keep(
                looks=looks,
                watchdog=watchdog,
                channels=channels,
                blind=blind,
                configured=configured,
                forgotten=forgotten,
                samples=samples,
            )
        except StoreError as error:
            logger.warning("cannot write down how things stand: %s", error.message)
            return False

        return True

    def _looks(self, now: Instant) -> Kept:
        loaded, condition = self._configuration.loaded, self._store.condition
        own = replace(
            self._own,
            seen_at=now.wall,
            config=str(loaded.path) if loaded.exists else "",
            config_error=self._configuration.error,
            notes=tuple(note for note in (self._note, condition.why) if note),
        )
        return self._engine.looks(now), own, self._outbox.channels()


def _steady(kept: Kept) -> Kept:
    """What makes looks worth keeping before their minute is over: not the time, nor what changes with every request."""
    homes, own, channels = kept
    return tuple(_steady_home(look) for look in homes), replace(own, seen_at=0), channels


def _steady_home(look: HomeLook) -> HomeLook:
    return replace(
        look,
        seen_at=0,
        daemon=replace(look.daemon, latency=None),
        storage=look.storage and Storage(look.storage.status),
        event_writer=look.event_writer and EventWriter(look.event_writer.state),
        free_bytes=None,
    )
