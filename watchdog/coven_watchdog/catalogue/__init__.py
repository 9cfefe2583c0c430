"""The kinds: what each means, how loud it is, how long it must last, and what to do next. Data and look-ups only.

A rule says that a kind is present; this file says everything about the kind that does not depend on the case at hand.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from coven_watchdog.catalogue.daemon import DAEMON
from coven_watchdog.catalogue.entry import EFFECTS, Advice, Entry
from coven_watchdog.catalogue.home import HOME
from coven_watchdog.catalogue.needs import NEEDS
from coven_watchdog.catalogue.own import OWN
from coven_watchdog.catalogue.sessions import SESSIONS
from coven_watchdog.catalogue.store import STORE
from coven_watchdog.model.words import Kind

__all__ = ["CATALOGUE", "EFFECTS", "STORY_KINDS", "Advice", "Entry", "matching", "order"]

CATALOGUE: Mapping[Kind, Entry] = MappingProxyType({**DAEMON, **HOME, **STORE, **NEEDS, **SESSIONS, **OWN})
"""Every kind, the worst of its family first."""

STORY_KINDS = frozenset(kind for kind, entry in CATALOGUE.items() if entry.inhibits)
_ORDER = {kind: position for position, kind in enumerate(CATALOGUE)}


def order(kind: Kind) -> int:
    """The place of a kind in the catalogue: of two equally severe ones the earlier is the worse."""
    return _ORDER[kind]


def matching(glob: str) -> tuple[Kind, ...]:
    """The kinds that a glob such as `session.*` names; empty when it names none."""
    return tuple(kind for kind in CATALOGUE if fnmatchcase(kind, glob))
