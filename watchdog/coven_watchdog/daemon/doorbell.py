"""Notices when a file is not what it was: the configuration was edited, or a command wrote to the store."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
from anyio import to_thread

_EVERY = 1.0

Stamp = tuple[int, int, int] | None


async def watch(files: Callable[[], dict[Path, Callable[[], Awaitable[None]]]]) -> None:
    """Look at each file once a second and ring its bell when it changed.

    Two small files do not deserve a watch of their own each: a look costs less than the wake-ups of an idle one.
    """
    stamps: dict[Path, Stamp] = {}
    while True:
        bells = files()
        seen = await to_thread.run_sync(_stamps, tuple(bells))
        for path, bell in bells.items():
            if path in stamps and stamps[path] != seen[path]:
                await bell()

        stamps = seen
        await anyio.sleep(_EVERY)


def _stamps(paths: tuple[Path, ...]) -> dict[Path, Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except OSError:
        return None

    return stat.st_ino, stat.st_mtime_ns, stat.st_size
