"""Notices when a file is not what it was: a file of the configuration was edited, or a command wrote to the store."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import anyio
from anyio import to_thread

from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.observe.nudge import until_next_second

_SECONDS_BETWEEN = 1.0

Stamp = tuple[int, int, int] | None
Bells = Mapping[Path, Callable[[], Awaitable[None]]]


async def watch(bells: Callable[[], Bells], pulse: Pulse) -> None:
    """Look at each file every other second and ring its bell when it changed, and at first: it may have since it was read.

    Which files these are is asked each time. A few small files do not deserve a watch of their own each: a look costs less than the wake-ups of an idle one, and it
    happens when the sources' own loops are awake anyway.
    """
    stamps: dict[Path, Stamp] = {}
    while True:
        hung = bells()
        seen = await to_thread.run_sync(_stamps, tuple(hung), abandon_on_cancel=True)
        for path, bell in hung.items():
            if path not in stamps or stamps[path] != seen[path]:
                await bell()

        stamps = seen
        seconds = _SECONDS_BETWEEN + until_next_second()
        pulse.rests(seconds)
        await anyio.sleep(seconds)
        pulse.works()


def _stamps(paths: tuple[Path, ...]) -> dict[Path, Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp:
    """The time of the last change of any kind: a mode that was mended makes a refused file another one, too."""
    try:
        stat = path.stat()
    except OSError:
        return None

    return stat.st_ino, stat.st_ctime_ns, stat.st_size
