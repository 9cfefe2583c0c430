"""Every loop of the service under its name, for `liveness`: signs of life in; how long each may stand, and fresh starts, out."""

from collections.abc import Callable, Mapping

from coven_watchdog.daemon.homes import Homes
from coven_watchdog.daemon.liveness import STANDS
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.deliver.outbox import CHANNEL, Outbox
from coven_watchdog.settings import Settings


class EveryLoop:
    """The sources of the homes, the workers of the channels, and our own loops.

    Args:
        homes: who watches the homes.
        outbox: who delivers.
        settings: the settings in force.
        own: our own loops by name.
    """

    def __init__(self, homes: Homes, outbox: Outbox, settings: Callable[[], Settings], own: Mapping[str, Pulse]) -> None:
        self._homes = homes
        self._outbox = outbox
        self._settings = settings
        self._own = own

    def progress(self) -> Mapping[str, int]:
        """As `liveness.Loops`."""
        return {**self._homes.progress, **self._outbox.progress, **{name: pulse.well for name, pulse in self._own.items()}}

    def limit(self, loop: str) -> int:
        """As `liveness.Loops`: a worker may be in the middle of a delivery."""
        return STANDS + 2 * self._settings().delivery.timeout if loop.startswith(CHANNEL) else STANDS

    def start_again(self, loop: str) -> bool:
        """As `liveness.Loops`: sources look at what may hang, such as a disk; what is ours alone may not."""
        return self._homes.start_again(loop)
