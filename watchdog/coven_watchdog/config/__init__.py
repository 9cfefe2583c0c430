"""A file and the environment in, `Settings` with the origin of every key out. Its faults say where, what, and what to do."""

from coven_watchdog.config.durations import written
from coven_watchdog.config.expanding import Stanza, replaced, stanzas
from coven_watchdog.config.faults import Fault, FaultyConfigError
from coven_watchdog.config.loading import Loaded, load
from coven_watchdog.config.places import config_place, state_directory, there
from coven_watchdog.config.schema import schema
from coven_watchdog.config.secrets import apprise_path, apprise_text, needs_service, origin, resolve
from coven_watchdog.config.shown import Shown, shown
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
    "schema",
    "shown",
    "stanzas",
    "state_directory",
    "there",
    "warning",
    "written",
]
