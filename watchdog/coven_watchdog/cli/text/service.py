"""How the service stands, and what was done to it, as lines."""

from collections.abc import Iterable, Iterator, Mapping

from coven_watchdog.cli.page import Line, Span, columns, line
from coven_watchdog.cli.text.words import BAD, GOOD, UNKNOWN, WARN, Here
from coven_watchdog.decide.words import counted
from coven_watchdog.model.words import Change, ManagerName, ServiceCondition, Shade
from coven_watchdog.report.service import ServiceStatus

_CONDITIONS: Mapping[ServiceCondition, tuple[Span, str]] = {
    ServiceCondition.NOT_INSTALLED: (WARN, "not installed"),
    ServiceCondition.STOPPED: (WARN, "stopped"),
    ServiceCondition.STARTING: (UNKNOWN, "starting"),
    ServiceCondition.RUNNING: (GOOD, "running"),
    ServiceCondition.STOPPING: (WARN, "stopping"),
    ServiceCondition.WAITING: (BAD, "failed; it is started again in a moment"),
    ServiceCondition.FAILED: (BAD, "failed; it is not started again by itself"),
    ServiceCondition.UNKNOWN: (UNKNOWN, "not known"),
}
_CHANGES: Mapping[Change, str] = {
    Change.INSTALLED: "installed",
    Change.UPDATED: "updated",
    Change.UNCHANGED: "already installed, unchanged",
}
_LINGERING = "it ends with your last session; loginctl enable-linger has it run always"


def change_line(change: Change, path: str, here: Here) -> Line:
    """What became of the service's file."""
    return line(GOOD, f" {_CHANGES[change]}: {here.path(path)}")


def status_lines(status: ServiceStatus, here: Here) -> list[Line]:
    """How it stands: the verdict, its own words, and what is beside it."""
    mark, words = _CONDITIONS[status.condition]
    pid = f" · pid {status.pid}" if status.pid else ""
    running = status.condition is ServiceCondition.RUNNING
    since = f" since {here.time(status.since)}" if status.since and running else ""
    head = line(mark, " ", Span(f"{words}{since}", Shade.STRONG), f"{pid} · {status.manager.value}")
    return [head, *columns(_facts(status, here), indent=2)]


def brief_lines(status: ServiceStatus, here: Here) -> list[Line]:
    """The verdict and, where the service says it, what it watches: a shell with another COVEN_HOME would show there."""
    return status_lines(status, here)[: 2 if status.says else 1]


def _facts(status: ServiceStatus, here: Here) -> Iterator[tuple[str, str]]:
    """What is known beside that, a row each."""
    if status.says:
        yield "it says", status.says

    if status.trouble:
        yield "ended last by", status.trouble

    if status.restarts:
        yield "brought back", counted(status.restarts, "time")

    yield "file", f"{here.path(status.path)}{_file(status)}"
    for path in status.drop_ins:
        yield "and", here.path(path)

    if status.installed:
        yield "starts", _starts(status)


def _file(status: ServiceStatus) -> str:
    """What is odd about its file."""
    if not status.installed:
        return " (is not there)"

    if not status.ours:
        return " (not written by `service install`)"

    if status.edited:
        return " (changed by hand)"

    return "" if status.current else " (not what this version would write: coven-watchdog service install)"


def _starts(status: ServiceStatus) -> str:
    """When it starts by itself."""
    if status.enabled is False:
        return "only by hand"

    if status.manager is ManagerName.LAUNCHD:
        return "when you log in at the screen"

    if status.lingering:
        return "with the machine"

    return f"when you log in; {_LINGERING}" if status.lingering is False else "when you log in; of lingering nothing is known"


def kept_lines(paths: Iterable[str], here: Here) -> list[Line]:
    """What an uninstalled watchdog leaves."""
    return [line(f"  kept: {here.path(path)}") for path in paths]
