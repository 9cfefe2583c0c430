"""The configuration as frozen structs: every key with its default. Pure; `config` reads files and the environment into these."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from coven_watchdog.model.time import HOUR, MINUTE, SECOND
from coven_watchdog.model.words import Expect, Kind, PriorityRule, Severity, Titles
from coven_watchdog.model.written import DayTime, Delay, Duration, QuietHours, Secret

__all__ = [
    "BUILT_IN_CHANNEL",
    "Alerts",
    "Channel",
    "DayTime",
    "Delay",
    "Delivery",
    "Duration",
    "Heartbeat",
    "Home",
    "Privacy",
    "Probe",
    "QuietHours",
    "Secret",
    "Sessions",
    "Settings",
    "decode_hook",
]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Unknown keys are errors."""


class Home(_Section, frozen=True, kw_only=True):
    """One COVEN_HOME to watch. `path` is canonical once loaded, and is the home's key everywhere."""

    path: str
    name: str = ""
    expect: Expect | None = None

    def called(self, glob: str) -> bool:
        """Whether a name, a path, or a glob of either means this home."""
        return fnmatchcase(self.path, glob) or (bool(self.name) and fnmatchcase(self.name, glob))


class Probe(_Section, frozen=True, kw_only=True):
    """How often Coven is asked when no event says anything."""

    health_interval: Duration = Duration(10 * SECOND)
    health_timeout: Duration = Duration(SECOND)
    unresponsive_after: int = 3
    session_interval: Duration = Duration(15 * SECOND)
    stopped_grace: Duration = Duration(15 * SECOND)


class Sessions(_Section, frozen=True, kw_only=True):
    """What of sessions is told."""

    finished_after: Duration = Duration(3 * MINUTE)
    waiting_after: Duration = Duration(3 * MINUTE)
    stalled_after: Delay = Delay(30 * MINUTE)
    ghost_after: Duration = Duration(2 * MINUTE)
    stuck_after: Duration = Duration(5 * MINUTE)
    own_terminal: bool = False


class Alerts(_Section, frozen=True, kw_only=True):
    """How often people hear of it."""

    group_wait: Duration = Duration(2 * SECOND)
    group_interval: Duration = Duration(MINUTE)
    repeat_every: Duration = Duration(4 * HOUR)
    max_reminders: int = 6
    send_resolved: bool = True
    quiet_hours: QuietHours = QuietHours()
    digest_at: DayTime = DayTime()


class Delivery(_Section, frozen=True, kw_only=True):
    """How messages are handed over."""

    timeout: Duration = Duration(20 * SECOND)
    give_up_after: Duration = Duration(24 * HOUR)
    preload: bool = False


class Privacy(_Section, frozen=True, kw_only=True):
    """What may leave, and what may be read."""

    titles: Titles = Titles.DESKTOP
    output_lines: int = 0
    read_environ: bool = True
    patterns: tuple[str, ...] = ()


class Heartbeat(_Section, frozen=True, kw_only=True):
    """Signs of life of the watchdog itself, for a service that tells when they stop."""

    url: Secret = Secret("")
    every: Duration = Duration(MINUTE)

    @property
    def wanted(self) -> bool:
        """Whether there is an address."""
        return bool(self.url.reveal())


class Channel(_Section, frozen=True, kw_only=True):
    """One destination. Exactly one of `url`, `url_env`, `url_file` names the Apprise URL; `url` holds it once loaded.

    A channel with `apprise_config` instead stands for the URLs in that file, and is replaced by one channel each when loaded.
    """

    name: str
    url: Secret | None = None
    url_env: str = ""
    url_file: str = ""
    min_severity: Severity = Severity.WARNING
    also: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("*",)
    homes: tuple[str, ...] = ("*",)
    titles: bool | None = None
    priority: PriorityRule = PriorityRule.AUTO
    max_per_hour: int = 30
    after: Delay = Delay(0)
    apprise_config: str = ""
    tags: tuple[str, ...] = ()

    def singles_out(self, kind: Kind) -> bool:
        """Whether it is told of this kind however mild it is."""
        return any(fnmatchcase(kind, glob) for glob in self.also)

    def is_for(self, kind: Kind) -> bool:
        """Whether it is there for this kind at all."""
        return self.singles_out(kind) or any(fnmatchcase(kind, glob) for glob in self.kinds)

    @property
    def scheme(self) -> str:
        """The part of the URL before `://`, lower case; "" while the URL is not loaded."""
        return "" if self.url is None else self.url.reveal().partition("://")[0].lower()

    @property
    def local(self) -> bool:
        """What is told here stays on this machine's desktop."""
        return self.scheme == "desktop"


BUILT_IN_CHANNEL = Channel(name="desktop", url=Secret("desktop://"), also=(Kind.SESSION_FINISHED.value,))


class Settings(_Section, frozen=True, kw_only=True):
    """The whole configuration."""

    name: str = ""
    homes: tuple[str | Home, ...] = ()
    expect: Expect = Expect.AUTO
    probe: Probe = Probe()
    sessions: Sessions = Sessions()
    alerts: Alerts = Alerts()
    delivery: Delivery = Delivery()
    privacy: Privacy = Privacy()
    heartbeat: Heartbeat = Heartbeat()
    severity: Mapping[str, Severity] = {}
    channels: tuple[Channel, ...] = (BUILT_IN_CHANNEL,)

    @property
    def watched(self) -> tuple[Home, ...]:
        """The homes as structs."""
        return tuple(Home(path=home) if isinstance(home, str) else home for home in self.homes)

    def home(self, key: str) -> Home:
        """The home of that key; a plain one when it is not configured (any more)."""
        return next((home for home in self.watched if home.path == key), Home(path=key))

    def expect_of(self, key: str) -> Expect:
        """Whether a stopped daemon of this home is a problem."""
        return self.home(key).expect or self.expect

    def severity_of(self, kind: Kind, default: Severity) -> Severity:
        """The configured severity of a kind: an exact name wins over a glob, a longer glob over a shorter."""
        if kind in self.severity:
            return self.severity[kind]

        globs = [glob for glob in self.severity if fnmatchcase(kind, glob)]
        return self.severity[max(globs, key=len)] if globs else default

    def shows_titles(self, channel: Channel) -> bool:
        """Whether this channel may show what sessions are called."""
        if channel.titles is not None:
            return channel.titles

        return self.privacy.titles is Titles.ALL or (self.privacy.titles is Titles.DESKTOP and channel.local)


_WRITTEN: Mapping[type, Callable[[str], Any]] = {
    Duration: Duration.parse,
    Delay: Delay.parse,
    DayTime: DayTime.parse,
    QuietHours: QuietHours.parse,
    Secret: Secret,
}


def decode_hook(wanted: type, value: Any) -> Any:  # noqa: ANN401 - msgspec's hook takes and gives anything
    """Build the types that TOML does not know.

    Raises:
        ValueError: the text is not one of that type.
        NotImplementedError: not a type of ours (msgspec's own protocol for "not mine").
    """
    if wanted in _WRITTEN and isinstance(value, str):
        return _WRITTEN[wanted](value)

    if wanted in {Duration, Delay}:
        message = f"{value!r} has no unit; write it like 90s, 5m or 1h30m"
        raise ValueError(message)

    raise NotImplementedError(wanted)
