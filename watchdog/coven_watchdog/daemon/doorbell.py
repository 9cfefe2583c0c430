"""Notices when a file is not what it was: the configuration was edited, or a command wrote to the store."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
from anyio import to_thread

from coven_watchdog.observe.nudge import until_next_second

_SECONDS_BETWEEN = 1.0

Stamp = tuple[int, int, int] | None


async def watch(files: Callable[[], dict[Path, Callable[[], Awaitable[None]]]]) -> None:
    """Look at each file every other second and ring its bell when it changed.

    Two small files do not deserve a watch of their own each: a look costs less than the wake-ups of an idle one, and it
    happens when the sources' own loops are awake anyway.
    """
    stamps: dict[Path, Stamp] = {}
    while True:
        bells = files()
        seen = await to_thread.run_sync(_stamps, tuple(bells))
        for path, bell in bells.items():
            if path in stamps and stamps[path] != seen[path]:
                await bell()

        stamps = seen
        await anyio.sleep(_SECONDS_BETWEEN + until_next_second())


def _stamps(paths: tuple[Path, ...]) -> dict[Path, Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None

    return stat.st_ino, stat.st_mtime_ns, stat.st_size
