"""Messages in the outbox go in, delivered notifications come out.

`outbox` has one worker per channel, `couriers` the pool of child processes, `courier` is that child: the only place that
imports Apprise, and the one that shows desktop notifications. Nothing is imported here, so that a courier starts quickly.
"""

import sys
from importlib import import_module
from typing import Protocol, cast

from coven_watchdog.deliver.parcel import Parcel


class Desktop(Protocol):
    """This machine's desktop."""

    def show(self, parcel: Parcel) -> str:
        """Show the message; what comes back, put into `replaces` of a later parcel, lets that take its place.

        Raises:
            DeliveryError: it was not shown.
        """
        ...

    def available(self) -> str:
        """Why nothing can be shown here now, or ""."""
        ...


def desktop() -> Desktop:
    """The sender for this system, loaded when asked for."""
    module = "osascript" if sys.platform == "darwin" else "freedesktop"
    return cast("Desktop", import_module(f"{__name__}.{module}"))
