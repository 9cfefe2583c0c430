"""A file and the environment in, `Settings` with the origin of every key out. Its faults say where, what, and what to do.

What it has is imported when it is first used: a prompt that asks `status --brief` pays for nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coven_watchdog.config.durations import written
    from coven_watchdog.config.expanding import Stanza, replaced, stanzas
    from coven_watchdog.config.faults import Fault, FaultyConfigError
    from coven_watchdog.config.loading import Loaded, load
    from coven_watchdog.config.places import config_place, state_directory, there
    from coven_watchdog.config.secrets import apprise_path, apprise_text, needs_service, origin, resolve
    from coven_watchdog.config.shown import Shown
    from coven_watchdog.config.template import TEMPLATE
    from coven_watchdog.config.urls import doubt, masked, warning

__all__ = [
    "TEMPLATE",
    "Fault",
    "FaultyConfigError",
    "Loaded",
    "Shown",
    "Stanza",
    "apprise_path",
    "apprise_text",
    "config_place",
    "doubt",
    "load",
    "masked",
    "needs_service",
    "origin",
    "replaced",
    "resolve",
    "stanzas",
    "state_directory",
    "there",
    "warning",
    "written",
]
_PLACES = {
    "written": "durations",
    "Stanza": "expanding",
    "replaced": "expanding",
    "stanzas": "expanding",
    "Fault": "faults",
    "FaultyConfigError": "faults",
    "Loaded": "loading",
    "load": "loading",
    "config_place": "places",
    "state_directory": "places",
    "there": "places",
    "apprise_path": "secrets",
    "apprise_text": "secrets",
    "needs_service": "secrets",
    "origin": "secrets",
    "resolve": "secrets",
    "Shown": "shown",
    "TEMPLATE": "template",
    "doubt": "urls",
    "masked": "urls",
    "warning": "urls",
}


def __getattr__(name: str) -> object:
    """Import what is asked for.

    Raises:
        AttributeError: there is no such thing.
    """
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
