"""`setup` as lines: what was done, and what to expect."""

from collections.abc import Iterator

from coven_watchdog.cli.page import BLANK, Line, Span, columns, line
from coven_watchdog.cli.text.words import BAD, GOOD, WARN
from coven_watchdog.model.words import Change, NotificationState, Shade
from coven_watchdog.report.setup import SetUp, SetUpChannel, SetUpService

_CONFIG = {
    Change.INSTALLED: "written; only you can read it",
    Change.UPDATED: "added to; what was there stays",
    Change.UNCHANGED: "as it was",
}
_SERVICE = {
    Change.INSTALLED: "installed and running",
    Change.UPDATED: "brought up to date and running",
    Change.UNCHANGED: "installed and running, as it was",
}
_UNMARKED = Span("○", Shade.DIM)


def setup_lines(done: SetUp, home: str) -> list[Line]:
    """The whole of it."""
    first = [] if done.changed else [line(Span("Everything is set up already; nothing was changed.", Shade.STRONG)), BLANK]
    notes = [line(WARN, f" {note}") for note in (*(done.service.notes if done.service else ()), *done.warnings)]
    return [*first, *columns(list(_rows(done, home)), indent=0), *notes, BLANK, *_expect(done, home)]


def _rows(done: SetUp, home: str) -> Iterator[tuple[Span, ...]]:
    """What there is now: sign, what, where, how."""
    yield (
        GOOD,
        Span("configuration", Shade.STRONG),
        Span(_short(done.config, home)),
        Span(_CONFIG[done.config_change], Shade.DIM),
    )
    if done.service is not None:
        yield (
            GOOD,
            Span("service", Shade.STRONG),
            Span(_short(done.service.path, home)),
            Span(_service(done.service), Shade.DIM),
        )

    if done.quiet_hours:
        yield GOOD, Span("quiet hours", Shade.STRONG), Span(done.quiet_hours), Span("only criticals are told", Shade.DIM)

    for one in done.channels:
        yield _sign(one), Span(one.name, Shade.STRONG), Span(one.url or "an address kept elsewhere"), _channel(one)


def _service(service: SetUpService) -> str:
    """How it stands."""
    return "started" if service.started and service.change is Change.UNCHANGED else _SERVICE[service.change]


def _sign(one: SetUpChannel) -> Span:
    if one.state is None:
        return _UNMARKED

    return (WARN if one.doubt else GOOD) if one.state is NotificationState.SENT else BAD


def _channel(one: SetUpChannel) -> Span:
    """What became of its test."""
    if one.state is None:
        return Span("as it was", Shade.DIM)

    if one.state is NotificationState.SENT:
        doubt = f", but {one.doubt}: look whether it arrived" if one.doubt else ""
        return Span(f"a test message was sent{doubt}", Shade.WARN if doubt else Shade.GOOD)

    return Span(
        f"the test message did not get through: {one.error or 'not yet; coven-watchdog notify log --failed'}", Shade.BAD
    )


def _expect(done: SetUp, home: str) -> list[Line]:
    """What comes, and how to stop it."""
    failed = [one.name for one in done.channels if one.state not in {None, NotificationState.SENT}]
    rows = [(Span(command, Shade.COMMAND), why) for command, why in _commands(done, failed, home)]
    return [*_told(done), *columns(rows)]


def _told(done: SetUp) -> list[Line]:
    names = [one.name for one in done.channels]
    if not names:
        return [line(WARN, " ", Span("Nobody is told", Shade.WARN), ": there is no channel; what happens is only recorded.")]

    what = "when Coven or one of its sessions breaks, and when it is well again"
    run = Span("coven-watchdog run", Shade.COMMAND)
    starts = [] if done.watched else [line(WARN, " Nothing watches yet: have this machine start ", run)]
    return [line(Span("You are told", Shade.STRONG), f" on {_listed(names)} {what}."), *starts]


def _commands(done: SetUp, failed: list[str], home: str) -> Iterator[tuple[str, str]]:
    """The next commands, those that mend something first."""
    if failed:
        yield "coven-watchdog notify test", f"tries {_listed(failed)} again; the address stands in {_short(done.config, home)}"

    if any(one.leaves for one in done.channels) and done.quiet_hours is None:
        yield "coven-watchdog setup --quiet-hours 22:00-07:00", "only criticals at night"

    yield "coven-watchdog status", "what is wrong now"
    yield "coven-watchdog silence 2h", "peace for a while"
    if done.service is not None:
        yield "coven-watchdog service stop", "no more, until it is started again"
        yield "coven-watchdog service uninstall", "takes the service away"


def _listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short(path: str, home: str) -> str:
    return f"~{path[len(home) :]}" if home and path.startswith(f"{home}/") else path
