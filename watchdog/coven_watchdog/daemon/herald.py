"""Gathers what the service says about itself, and tells the service manager whenever it is another thing than before."""

from collections.abc import Sequence

from coven_watchdog import clock
from coven_watchdog.daemon.account import Account, body, midnight, status, week
from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.decide.words import Place
from coven_watchdog.engine import Engine
from coven_watchdog.errors import StoreError
from coven_watchdog.model.looks import HomeLook, WatchdogLook
from coven_watchdog.store import Store


class Herald:
    """Speaks for the service.

    Args:
        notifier: the service manager.
        store: what was told.
        engine: what is believed.
        place: where we are.
    """

    def __init__(self, notifier: Notifier, store: Store, engine: Engine, place: Place) -> None:
        self._notifier = notifier
        self._store = store
        self._engine = engine
        self._place = place
        self._began = clock.now()

    async def tell(self, homes: Sequence[HomeLook], own: WatchdogLook) -> None:
        """How things stand now, in one line; nothing where nobody listens."""
        if not self._notifier.listened:
            return

        try:
            told = await self._store.sent(midnight(clock.now().wall, self._place.zone))
        except StoreError:
            told = None

        notes = (*own.notes, *(["the edited configuration is not in force"] if own.config_error else ()))
        self._notifier.status(status(Account(homes, len(self._engine.open), told, notes), self._place.short))

    async def body(self, loops: int) -> str:
        """The same for outside, in counts. `loops`: how many make progress."""
        now = clock.now()
        try:
            latencies = await self._store.latencies(week(now))
        except StoreError:
            latencies = ()

        account = Account(self._engine.looks(now), len(self._engine.open), None)
        up = now.awake - self._began.awake
        return body(account, loops, up, latencies, recorded=self._store.condition.recorded)
