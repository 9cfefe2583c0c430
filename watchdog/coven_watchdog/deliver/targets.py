"""A parcel's id in; from then on Apprise leaves out the targets that have this parcel already.

One address may name several targets, and Apprise's result says no more than that one of them failed. Tried again as it is, the
others would get the message again, for as long as that one fails: a full mailbox makes a storm in its neighbour's. Apprise knows
how to leave out what was accepted, but only between retries of its own; here its notes are kept between ours.
"""

from contextvars import ContextVar
from importlib import import_module

_NOTES = "_delivery_tracker"
"""A ContextVar of `apprise.plugins.base` with the set of what was accepted (seen on 2.2.0); without it nothing is left out."""

Accepted = set[object]


class Targets:
    """The notes about the parcel that is being tried: a channel has only one at a time."""

    def __init__(self) -> None:
        self._of = ("", "")
        self._accepted: Accepted = set()

    def take_up(self, parcel: str, url: str) -> None:
        """Go on with the notes about this parcel for this address, or begin new ones."""
        if (parcel, url) != self._of:
            self.put_down()
            self._of = (parcel, url)

        notes: ContextVar[Accepted] | None = getattr(import_module("apprise.plugins.base"), _NOTES, None)
        if notes is not None:
            notes.set(self._accepted)

    def put_down(self) -> None:
        """All have it: what is sent once more is meant to be."""
        self._of = ("", "")
        self._accepted = set()
