"""The store's rows and the configuration in, what `status` says out: one picture of everything, worst first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from coven_watchdog import __version__
from coven_watchdog.config import doubt, masked, origin
from coven_watchdog.coven import processes
from coven_watchdog.model.facts import SELF_HOME, Identity
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import BlindWindow, ChannelLook, HomeLook, WatchdogLook
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import DAY, MILLISECOND
from coven_watchdog.model.words import ChannelState, IncidentState
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import (
    DaemonView,
    EventWriterView,
    HarnessView,
    Hush,
    IncidentView,
    SessionsView,
    SilenceView,
    StoreView,
    View,
    daemon_view,
    event_writer_view,
    incident_view,
    sessions_view,
    silence_view,
    store_view,
)
from coven_watchdog.settings import Channel, Home, Settings

BLIND_SINCE = DAY
TOLD_SINCE = 7 * DAY


class WatchdogView(View, frozen=True, kw_only=True):
    """The service itself. `incidents` are troubles of its own: channels, configuration, store."""

    running: bool
    pid: int | None
    since: datetime | None
    seen_at: datetime | None
    version: str | None
    installed_version: str
    config: str
    config_error: str | None
    notes: tuple[str, ...]
    incidents: tuple[IncidentView, ...]


class HomeView(View, frozen=True, kw_only=True):
    """One home as it was last seen. `baseline`: old troubles from before watching began, by status."""

    home: str
    name: str
    seen_at: datetime | None
    complete: bool
    daemon: DaemonView
    store: StoreView
    event_writer: EventWriterView
    sessions: SessionsView
    harnesses: tuple[HarnessView, ...] | None
    incidents: tuple[IncidentView, ...]
    baseline: Mapping[str, int]
    notes: tuple[str, ...]


class ChannelView(View, frozen=True, kw_only=True):
    """One channel; `url` is masked, None while only the service knows it. `doubt`: why its success proves little."""

    name: str
    url: str | None
    state: ChannelState
    pending: int
    last_sent_at: datetime | None
    last_error: str | None
    doubt: str | None


class BlindView(View, frozen=True, kw_only=True):
    """A time in which a home could not be observed; `to` None: it lasts."""

    home: str
    since: datetime = msgspec.field(name="from")
    to: datetime | None
    why: str


class ToldView(View, frozen=True, kw_only=True):
    """How long messages took from the fact to the service that accepted them."""

    p50: float | None
    p95: float | None


class Status(View, frozen=True, kw_only=True):
    """Everything that `status` shows."""

    schema: str = "coven-watchdog.status.v1"
    watchdog: WatchdogView
    homes: tuple[HomeView, ...]
    channels: tuple[ChannelView, ...]
    blind_windows: tuple[BlindView, ...]
    told_in_ms: ToldView
    silences: tuple[SilenceView, ...]


class Rows(Protocol):
    """What is read of the store: `store.StoreReader` has it."""

    def looks(self) -> Mapping[str, HomeLook]:
        """The last look at each home."""
        ...

    def watchdog(self) -> WatchdogLook | None:
        """The service as it last described itself."""
        ...

    def incidents(self, *, open_only: bool = False, since: int | None = None) -> tuple[Incident, ...]:
        """Incidents, the latest change first."""
        ...

    def channels(self) -> tuple[ChannelLook, ...]:
        """The channels as the service last knew them."""
        ...

    def pending(self) -> Mapping[str, int]:
        """How many messages wait, by channel."""
        ...

    def blind_windows(self, since: int) -> tuple[BlindWindow, ...]:
        """When nobody watched."""
        ...

    def latencies(self, since: int) -> tuple[int, ...]:
        """µs from fact to accepted message, ascending."""
        ...

    def silences(self, now: int) -> tuple[Silence, ...]:
        """What is silenced."""
        ...


def status_of(rows: Rows, settings: Settings, config: str, now: int, alive: Callable[[WatchdogLook], bool]) -> Status:
    """The picture at `now` (wall µs).

    Args:
        rows: an open reader of the store.
        settings: the configuration as this command sees it.
        config: its file's path, for when no service says which it uses.
        now: wall µs.
        alive: whether the service that wrote itself down still runs; `service_alive` with the boot's name.
    """
    service = rows.watchdog()
    running = service is not None and alive(service)
    hush = Hush(rows.silences(now), now)
    incidents = _sorted(rows.incidents(open_only=True), hush)
    return Status(
        watchdog=_watchdog(service, config, _of(incidents, SELF_HOME), running=running),
        homes=_homes(rows.looks(), settings, service if running else None, incidents, now),
        channels=_channels(rows, settings, running=running),
        blind_windows=tuple(_blind(window) for window in rows.blind_windows(now - BLIND_SINCE)),
        told_in_ms=told(rows.latencies(now - TOLD_SINCE)),
        silences=tuple(silence_view(one) for one in hush.silences),
    )


def service_alive(look: WatchdogLook, boot: str) -> bool:
    """Whether that very process still runs: same boot, same pid, same start."""
    return look.boot == boot and processes.identity(look.pid) == Identity(look.pid, look.started)


def told(latencies: Sequence[int]) -> ToldView:
    """Median and 95th percentile of ascending µs, in ms; None without any."""
    if not latencies:
        return ToldView(p50=None, p95=None)

    middle, late = ((len(latencies) - 1) * part // 100 for part in (50, 95))
    return ToldView(p50=latencies[middle] / MILLISECOND, p95=latencies[late] / MILLISECOND)


def _watchdog(service: WatchdogLook | None, config: str, own: tuple[IncidentView, ...], *, running: bool) -> WatchdogView:
    """The service, or that there is none."""
    return WatchdogView(
        running=running,
        pid=service.pid if service and running else None,
        since=moment(service.since) if service and running else None,
        seen_at=moment(service.seen_at) if service else None,
        version=service.version if service else None,
        installed_version=__version__,
        config=service.config if service and running else config,
        config_error=(service.config_error or None) if service and running else None,
        notes=service.notes if service and running else (),
        incidents=own,
    )


def _homes(
    looks: Mapping[str, HomeLook],
    settings: Settings,
    service: WatchdogLook | None,
    incidents: tuple[IncidentView, ...],
    now: int,
) -> tuple[HomeView, ...]:
    """The homes that are watched, those with the worst trouble first.

    While a service runs it is the one that knows: what it looked at since its start. Else the configuration says.
    """
    watched = [key for key, look in looks.items() if service and look.seen_at >= service.since]
    configured = [home.path for home in settings.watched] if not watched else []
    troubled = [one.home for one in incidents if one.home != SELF_HOME]
    views = [
        _home(key, looks.get(key), settings.home(key), _of(incidents, key), now)
        for key in dict.fromkeys((*watched, *configured, *troubled))
    ]
    return tuple(sorted(views, key=lambda view: -max((one.severity.rank for one in view.incidents), default=-1)))


def _home(key: str, look: HomeLook | None, home: Home, incidents: tuple[IncidentView, ...], now: int) -> HomeView:
    """One home; all unknown when nobody has looked at it yet."""
    seen = look or HomeLook(home=key, name=home.name, seen_at=0, boot="")
    return HomeView(
        home=key,
        name=seen.name or home.name or key,
        seen_at=moment(look.seen_at) if look else None,
        complete=seen.complete,
        daemon=daemon_view(seen.daemon, now),
        store=store_view(seen.storage, seen.free_bytes),
        event_writer=event_writer_view(seen.event_writer),
        sessions=sessions_view(seen),
        harnesses=None,
        incidents=incidents,
        baseline=dict(seen.baseline),
        notes=seen.notes,
    )


def _channels(rows: Rows, settings: Settings, *, running: bool) -> tuple[ChannelView, ...]:
    """The channels of the running service; without one, those of the configuration with what is remembered of them."""
    looks = {look.name: look for look in rows.channels()}
    pending = rows.pending()
    names = tuple(looks) if running and looks else tuple(channel.name for channel in settings.channels)
    configured = {channel.name: channel for channel in settings.channels}
    return tuple(_channel(name, looks.get(name), configured.get(name), pending.get(name, 0)) for name in names)


def _channel(name: str, look: ChannelLook | None, configured: Channel | None, pending: int) -> ChannelView:
    """One channel."""
    url = look.url if look else _address(configured)
    return ChannelView(
        name=name,
        url=url,
        state=ChannelState(look.state) if look else ChannelState.UNPROVEN,
        pending=pending,
        last_sent_at=moment(look.last_sent_at) if look else None,
        last_error=(look.last_error or None) if look else None,
        doubt=_doubt(look, configured) or None,
    )


def _doubt(look: ChannelLook | None, configured: Channel | None) -> str:
    """Why a success proves little: the service knows; without one, what the URL says where it can be seen."""
    if look is not None:
        return look.doubt

    return doubt(configured.url.reveal()) if configured is not None and configured.url is not None else ""


def _address(channel: Channel | None) -> str | None:
    """The address as it may be shown, or where it comes from."""
    if channel is None or channel.url is None:
        return (origin(channel) or None) if channel else None

    return masked(channel.url.reveal())


def _blind(window: BlindWindow) -> BlindView:
    """A blind window as it is shown."""
    return BlindView(home=window.home, since=moment(window.since), to=moment(window.to), why=window.why)


def _sorted(incidents: Sequence[Incident], hush: Hush) -> tuple[IncidentView, ...]:
    """Open incidents, the worst first and of equals the oldest."""
    ordered = sorted(incidents, key=lambda one: (-one.severity.rank, one.opened_at))
    return tuple(incident_view(one, hush) for one in ordered if one.state is IncidentState.OPEN)


def _of(incidents: tuple[IncidentView, ...], home: str) -> tuple[IncidentView, ...]:
    """Those of one home."""
    return tuple(one for one in incidents if one.home == home)
