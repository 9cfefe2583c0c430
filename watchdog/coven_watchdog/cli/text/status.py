"""`status` as lines: first the one thing to know, then each home, the channels and the watchdog itself."""

from collections.abc import Iterator

from coven_watchdog.cli.page import BLANK, Line, Span, columns, line
from coven_watchdog.cli.text.silences import flags, silences_line
from coven_watchdog.cli.text.words import BAD, GOOD, UNKNOWN, WARN, Here, milliseconds, sign, size
from coven_watchdog.decide.words import counted, span
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import ChannelState, DaemonState, Severity, Shade
from coven_watchdog.report.status import ChannelView, HomeView, Status, WatchdogView
from coven_watchdog.report.views import IncidentView

_DAEMON_SIGNS = {
    DaemonState.RUNNING: GOOD,
    DaemonState.UNKNOWN: UNKNOWN,
    DaemonState.STOPPED: Span("○"),
    DaemonState.ABSENT: Span("○"),
}
_CHANNEL_SIGNS = {
    ChannelState.OK: GOOD,
    ChannelState.FAILING: BAD,
    ChannelState.UNPROVEN: Span("○"),
    ChannelState.OFF: Span("○"),
}
_SHADES = {Severity.CRITICAL: Shade.BAD, Severity.WARNING: Shade.WARN}
_OLD_TROUBLE = ("failed", "orphaned")
_DAEMON_WORDS = {
    DaemonState.ABSENT: "not running",
    DaemonState.SOCKET_LOST: "running, but cannot be reached",
    DaemonState.UNRESPONSIVE: "running, but does not answer",
}


def status_lines(status: Status, here: Here) -> list[Line]:
    """The whole screen."""
    lines = [_headline(status, here), *_own(status.watchdog, here), *silences_line(status.silences, here)]
    for home in status.homes:
        lines += [BLANK, *_home(home, here)]

    lines += [BLANK, *_channels(status, here)]
    lines += [*_blind(status, here)]
    return [*lines, BLANK, *_watchdog(status, here)]


def _headline(status: Status, here: Here) -> Line:
    """The one thing to know."""
    incidents = [one for home in status.homes for one in home.incidents] + list(status.watchdog.incidents)
    worst = max((one.severity for one in incidents), key=lambda severity: severity.rank, default=None)
    if not status.watchdog.running:
        seen = status.watchdog.seen_at
        since = f"; what follows is from {here.time(seen)}" if seen else ""
        return line(
            BAD,
            " ",
            Span("Nobody is watching", Shade.BAD),
            f": the service does not run{since}. Start it: ",
            Span("coven-watchdog service start", Shade.COMMAND),
        )

    if worst is None or worst is Severity.OFF:
        return _all_well(status)

    counts = {
        severity: sum(one.severity is severity for one in incidents)
        for severity in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
    }
    told = ", ".join(f"{number} {severity.value}" for severity, number in counts.items() if number)
    first = next(one.id for one in incidents if one.severity is worst)
    return line(
        _sign_of(worst),
        " ",
        Span(told, _SHADES.get(worst, Shade.STRONG)),
        " · why, and what to do: ",
        Span(f"coven-watchdog incidents show {first}", Shade.COMMAND),
    )


def _all_well(status: Status) -> Line:
    """Nothing is open; what is not known is said."""
    unknown = [home for home in status.homes if home.daemon.state is DaemonState.UNKNOWN]
    if unknown:
        return line(UNKNOWN, " ", Span("Not known yet", Shade.WARN), f": {', '.join(home.name for home in unknown)}")

    live = sum(home.sessions.live or 0 for home in status.homes)
    return line(
        GOOD, " ", Span("All is well", Shade.GOOD), f" · {counted(len(status.homes), 'home')}, {counted(live, 'live session')}"
    )


def _sign_of(severity: Severity) -> Span:
    return {Severity.CRITICAL: BAD, Severity.WARNING: WARN}.get(severity, Span("i", Shade.COMMAND))


def _own(watchdog: WatchdogView, here: Here) -> list[Line]:
    """The watchdog's own troubles stand above those it watches: they say how far the rest can be believed."""
    notes = [f"an edited configuration was not taken: {watchdog.config_error}"] if watchdog.config_error else []
    return [*_incidents(watchdog.incidents, here), *(line("    ", WARN, f"  {note}") for note in (*notes, *watchdog.notes))]


def _home(home: HomeView, here: Here) -> list[Line]:
    """One home: its name, its incidents, what is known of it."""
    state = home.daemon.state
    bad = Span(BAD.text, Shade.BAD)
    path = here.path(home.home)
    name: list[str | Span] = [] if home.name in {home.home, path} else [Span(home.name, Shade.STRONG), "  "]
    title = line(_DAEMON_SIGNS.get(state, bad), " ", *name, Span(path, Shade.DIM if name else Shade.STRONG))
    return [title, *_incidents(home.incidents, here), *columns(list(_facts(home, here)), indent=4)]


def _incidents(incidents: tuple[IncidentView, ...], here: Here) -> list[Line]:
    """Open incidents, one line each: sign, id, how long, what."""
    return columns([_incident(one, here) for one in incidents], indent=4)


def _incident(one: IncidentView, here: Here) -> tuple[Span, ...]:
    return (
        sign(one.severity, one.state),
        Span(one.id, Shade.STRONG),
        Span(here.lasted(one.opened_at), Shade.DIM),
        Span(f"{one.summary}{flags(one)}", _SHADES.get(one.severity, Shade.PLAIN)),
    )


def _facts(home: HomeView, here: Here) -> Iterator[tuple[Span, str | Span]]:
    """What is known, row by row."""
    yield _label("daemon"), _daemon(home)
    if home.sessions.total is not None or home.sessions.live is not None:
        yield _label("sessions"), _sessions(home)

    if home.store.status or home.store.free_disk_bytes is not None:
        yield _label("ledger"), _store(home)

    if home.event_writer.state and home.event_writer.state != "healthy":
        yield _label("events"), f"{home.event_writer.state} · {home.event_writer.dropped_events} dropped"

    old = [f"{home.baseline[status]} {status}" for status in _OLD_TROUBLE if home.baseline.get(status)]
    if old:
        yield (
            _label("before"),
            f"{', '.join(old)}: from before watching began, so never told",
        )

    for note in home.notes:
        yield _label("note"), note

    yield _label("seen"), Span(here.ago(home.seen_at), Shade.DIM) if home.seen_at else Span("never", Shade.WARN)


def _label(text: str) -> Span:
    return Span(text, Shade.DIM)


def _daemon(home: HomeView) -> str:
    """The daemon in one line."""
    daemon = home.daemon
    parts = [_DAEMON_WORDS.get(daemon.state, daemon.state.value)]
    if daemon.pid is not None:
        parts.append(f"pid {daemon.pid}")

    if daemon.uptime_seconds is not None:
        parts.append(f"up {span(daemon.uptime_seconds * SECOND)}")

    if daemon.coven_version:
        parts.append(f"Coven {daemon.coven_version}")

    if daemon.latency_ms is not None and daemon.state is DaemonState.RUNNING:
        parts.append(f"answered in {milliseconds(daemon.latency_ms)}")

    return " · ".join(parts)


def _sessions(home: HomeView) -> str:
    """The sessions in one line."""
    word = "live" if home.daemon.state is DaemonState.RUNNING else "live when last listed"
    live = f"{home.sessions.live} {word}" if home.sessions.live is not None else "live ones not known"
    total = f" of {home.sessions.total}" if home.sessions.total is not None else ""
    by_status = home.sessions.by_status or {}
    told = ", ".join(f"{number} {status}" for status, number in sorted(by_status.items(), key=lambda one: -one[1]))
    return f"{live}{total}{f' ({told})' if told else ''}"


def _store(home: HomeView) -> str:
    """The ledger in one line."""
    store = home.store
    parts = [store.status] if store.status else []
    if store.database_bytes is not None:
        parts.append(size(store.database_bytes))

    if store.free_disk_bytes is not None:
        parts.append(f"{size(store.free_disk_bytes)} free")

    return " · ".join(parts + ([store.last_error] if store.last_error else []))


def _channels(status: Status, here: Here) -> list[Line]:
    """Where messages go."""
    if not status.channels:
        return [line(WARN, " ", Span("No channel: nobody would be told", Shade.WARN))]

    rows = [_channel(one, here) for one in status.channels]
    told = status.told_in_ms
    took = (
        f" · told in {milliseconds(told.p50)}, 95 % within {milliseconds(told.p95)}"
        if told.p50 is not None and told.p95 is not None
        else ""
    )
    return [line(Span("Channels", Shade.STRONG), Span(took, Shade.DIM)), *columns(rows, indent=2)]


def _channel(channel: ChannelView, here: Here) -> tuple[Span, ...]:
    """One channel as a row."""
    waiting = f"{channel.pending} waiting · " if channel.pending else ""
    if channel.state is ChannelState.FAILING:
        said = Span(f"{waiting}fails: {channel.last_error or 'no reason given'}", Shade.BAD)
    elif channel.last_sent_at is not None and channel.doubt:
        said = Span(f"{waiting}last sent {here.ago(channel.last_sent_at)}, but {channel.doubt}", Shade.WARN)
    elif channel.last_sent_at is not None:
        said = Span(f"{waiting}last sent {here.ago(channel.last_sent_at)}", Shade.DIM)
    else:
        said = Span(f"{waiting}nothing sent yet", Shade.DIM)

    return _CHANNEL_SIGNS[channel.state], Span(channel.name), Span(channel.url or "", Shade.DIM), said


def _blind(status: Status, here: Here) -> list[Line]:
    """When nobody watched, within the last day."""
    rows = [
        (
            Span(f"{here.time(one.since)} for {here.lasted(one.since, one.to)}"),
            Span(here.path(one.home)),
            Span(one.why, Shade.DIM),
        )
        for one in status.blind_windows
    ]
    return [BLANK, line(Span("Not watched, last 24 h", Shade.STRONG)), *columns(rows, indent=2)] if rows else []


def _watchdog(status: Status, here: Here) -> list[Line]:
    """The service and its configuration."""
    own = status.watchdog
    if not own.running:
        return [line(Span(f"coven-watchdog {own.installed_version} · {here.path(own.config)}", Shade.DIM))]

    since = f"pid {own.pid} since {here.time(own.since)}" if own.since else f"pid {own.pid}"
    told = f"coven-watchdog {own.version} · {since} · {here.path(own.config)}"
    lines = [line(Span(told, Shade.DIM))]
    if own.version != own.installed_version:
        lines.append(line(WARN, f" {own.installed_version} is installed, {own.version} runs: restart it"))

    return lines
