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
_NOTE = Span("i", Shade.COMMAND)


def setup_lines(done: SetUp, home: str) -> list[Line]:
    """The whole of it."""
    first = [] if done.changed else [line(Span("Everything is set up already; nothing was changed.", Shade.STRONG)), BLANK]
    notes = [line(_NOTE, f" {note}") for note in done.service.notes] if done.service else []
    notes += [line(WARN, f" {warning}") for warning in done.warnings]
    return [*first, *columns(list(_rows(done, home)), indent=0), *_failures(done), *notes, BLANK, *_expect(done)]


def _rows(done: SetUp, home: str) -> Iterator[tuple[Span, ...]]:
    """What there is now: sign, name, how it stands, where."""
    yield GOOD, _name("configuration"), Span(_CONFIG[done.config_change]), _place(done.config, home)
    if done.service is not None:
        yield GOOD, _name("service"), Span(_service(done.service)), _place(done.service.path, home)

    if done.quiet_hours:
        yield GOOD, _name("quiet hours"), Span("only criticals are told"), Span(done.quiet_hours, Shade.DIM)

    for one in done.channels:
        yield _sign(one), _name(one.name), _channel(one), Span(one.url or "an address kept elsewhere", Shade.DIM)


def _name(text: str) -> Span:
    return Span(text, Shade.STRONG)


def _place(path: str, home: str) -> Span:
    return Span(f"~{path[len(home) :]}" if home and path.startswith(f"{home}/") else path, Shade.DIM)


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
        return Span("as it was")

    if one.state is NotificationState.SENT:
        return Span("a test message was sent; look whether it arrived" if one.doubt else "a test message was sent")

    return Span("the test message is not through", Shade.BAD)


def _failures(done: SetUp) -> Iterator[Line]:
    """Why a test did not get through, or proves little."""
    for one in done.channels:
        if one.state not in {None, NotificationState.SENT}:
            yield line(BAD, f" {one.name}: {one.error or 'no answer yet; what becomes of it: coven-watchdog notify log'}")
        elif one.doubt:
            yield line(WARN, f" {one.name}: {one.doubt}")


def _expect(done: SetUp) -> list[Line]:
    """What comes, and how to stop it."""
    rows = [(Span(command, Shade.COMMAND), why) for command, why in _commands(done)]
    return [*_told(done), *columns(rows)]


def _told(done: SetUp) -> list[Line]:
    names = [one.name for one in done.channels]
    if not names:
        return [line(WARN, " ", Span("Nobody is told", Shade.WARN), ": there is no channel; what happens is only recorded.")]

    what = "when Coven or one of its sessions breaks, and when it is well again"
    run = Span("coven-watchdog run", Shade.COMMAND)
    starts = [] if done.watched else [line(WARN, " Nothing watches yet: have this machine start ", run)]
    return [line(Span("You are told", Shade.STRONG), f" on {_listed(names)} {what}."), *starts]


def _commands(done: SetUp) -> Iterator[tuple[str, str]]:
    """The next commands, those that mend something first."""
    failed = [one.name for one in done.channels if one.state not in {None, NotificationState.SENT}]
    if failed:
        yield "coven-watchdog notify test", f"tries {_listed(failed)} again"
        yield "coven-watchdog config path", "where the address stands"

    if any(one.added and one.leaves for one in done.channels) and done.quiet_hours is None:
        yield "coven-watchdog setup --quiet-hours 22:00-07:00", "only criticals at night"

    yield "coven-watchdog status", "what is wrong now"
    yield "coven-watchdog silence 2h", "peace for a while"
    if done.service is not None:
        yield "coven-watchdog service stop", "no more, until it is started again"
        yield "coven-watchdog service uninstall", "takes the service away"


def _listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
