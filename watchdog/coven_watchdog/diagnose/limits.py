"""What cannot be known on a system, whatever is tried. Counterpart: the last part of docs/doctor.md."""

from collections.abc import Sequence

_MACOS = (
    "Who holds Coven's lock is not shown by macOS: that the socket is lost, or that a stranger answers, rests on fewer witnesses.",
    "Two daemons on one home cannot be told apart from one on macOS.",
    "How a process ended (exit code, signal) is not told to others on macOS: only leftovers and the log tell a crash from a stop.",
    "Which terminals are open behind the daemon is not shown by macOS: that a running row has no process (a ghost) cannot be known.",
    "Whether the daemon's program was replaced under it is not shown by macOS: an upgrade is known by its version alone.",
    "How many clients hold the daemon is not shown by macOS: why it hangs is known a minute later, from its log.",
)
_OTHER = "This system is neither Linux nor macOS: processes are polled, and most ends are seen late."


def limits(platform: str, notes: Sequence[str]) -> tuple[str, ...]:
    """What cannot be known on this platform (`sys.platform`), and what a look noted of this very machine."""
    if platform == "linux":
        return tuple(dict.fromkeys(notes))

    own = _MACOS if platform == "darwin" else (_OTHER,)
    return tuple(dict.fromkeys((*own, *notes)))
