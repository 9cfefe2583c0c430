"""What the service says about itself: to the service manager in one line, to a heartbeat service in a few that name nothing."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from coven_watchdog import __version__
from coven_watchdog.decide.quiet import moment
from coven_watchdog.decide.words import counted, local, span
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import DAY, MILLISECOND, Instant
from coven_watchdog.model.words import DaemonState
from coven_watchdog.settings import DayTime

_WEEK = 7 * DAY
_LATE = 95


@dataclass(frozen=True, slots=True)
class Account:
    """How things stand. `told`: messages accepted today, None when that cannot be known; `notes`: what works less well than it could."""

    homes: Sequence[HomeLook]
    open: int
    told: int | None
    notes: Collection[str] = ()


def midnight(now: int, zone: tzinfo | None) -> int:
    """Wall µs at which the day of `now` began here."""
    return moment(local(now, zone).date(), DayTime("00:00"), zone)


def status(account: Account, short: Callable[[str], str]) -> str:
    """`watching ~/.coven: running, 3 live sessions, 1 open incident; told 2 today`.

    Args:
        account: how things stand.
        short: a path as people write it.
    """
    if not account.homes:
        return "starting"

    told = "" if account.told is None else f"; told {account.told} today"
    opened = f", {counted(account.open, 'open incident')}" if account.open else ""
    notes = "".join(f"; {note}" for note in account.notes)
    return f"watching {_homes(account.homes, short)}{opened}{told}{notes}"


def body(account: Account, loops: int, up: int, latencies: Sequence[int], *, recorded: bool) -> str:
    """The same for an outside service, in counts alone.

    Args:
        account: how things stand.
        loops: how many make progress.
        up: µs since the start.
        latencies: µs from fact to accepted message, ascending, of the last week.
        recorded: whether what happens reaches the disk.
    """
    states = Counter(look.daemon.state.value.replace("_", " ") for look in account.homes)
    daemons = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    lines = (
        f"coven-watchdog {__version__}, up {span(up)}, {counted(loops, 'loop')} in motion",
        f"{counted(len(account.homes), 'home')} watched{f' ({daemons})' if daemons else ''}",
        counted(account.open, "open incident"),
        _fast(latencies),
        "" if recorded else "what happens is not recorded: see its status",
    )
    return "".join(f"{line}\n" for line in lines if line)


def week(now: Instant) -> int:
    """Wall µs since which latencies count."""
    return now.wall - _WEEK


def _fast(latencies: Sequence[int]) -> str:
    if not latencies:
        return "nothing told within the last 7 days"

    middle, late = (latencies[(len(latencies) - 1) * part // 100] // MILLISECOND for part in (50, _LATE))
    return f"told in {middle} ms (p50), {late} ms (p95) within the last 7 days"


def _homes(looks: Sequence[HomeLook], short: Callable[[str], str]) -> str:
    if len(looks) == 1:
        return f"{short(looks[0].home)}: {_state(looks[0])}"

    return f"{counted(len(looks), 'home')} ({'; '.join(f'{short(look.home)}: {_state(look)}' for look in looks)})"


def _state(look: HomeLook) -> str:
    """Of sessions only what is known under this daemon."""
    state = look.daemon.state.value.replace("_", " ")
    known = look.daemon.state is DaemonState.RUNNING and look.complete
    return f"{state}, {counted(len(look.live), 'live session')}" if known else state
