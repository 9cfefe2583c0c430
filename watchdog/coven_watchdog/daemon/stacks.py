"""Where everything stands: the threads of this process and the tasks of its event loop in, text with one frame a line out.

File names, lines and functions only: a value of a variable may be a secret. No file is read for it, as the disk may be what hangs.
"""

import sys
import threading
import weakref
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import anyio

Noted = tuple[str, "weakref.ref[Any]"]
"""A task's name and its coroutine."""

_DEEPEST = 64


def tasks() -> tuple[Noted, ...]:
    """The tasks of the running event loop, to be shown later from wherever that can be done."""
    return tuple((task.name or "unnamed", weakref.ref(task.coro)) for task in anyio.get_running_tasks())


def stacks(noted: Iterable[Noted]) -> Iterator[str]:
    """Lines that show every thread, the main one first, then every one of these tasks that has not ended."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    main = threading.main_thread().ident
    frames = sys._current_frames()  # noqa: SLF001 - documented, and the one way to see other threads
    for ident, frame in sorted(frames.items(), key=lambda found: found[0] != main):
        yield f'Thread "{names.get(ident, "unknown")}" (most recent call first):'
        yield from _frames(frame)

    for name, coroutine in noted:
        found = coroutine()
        # One that has ended may be referred to for a while, and has no frame any more.
        if found is not None and _frame(found) is not None:
            yield f'Task "{name}" (most recent call last):'
            yield from _awaits(found)


def _frames(frame: FrameType | None) -> Iterator[str]:
    for _ in range(_DEEPEST):
        if frame is None:
            return

        yield _line(frame)
        frame = frame.f_back


def _awaits(awaited: Any) -> Iterator[str]:  # noqa: ANN401 - coroutine, generator, asynchronous generator, or what a library awaits
    """Each coroutine and the one that it waits for."""
    for _ in range(_DEEPEST):
        frame = _frame(awaited)
        if frame is not None:
            yield _line(frame)

        awaited = _first(awaited, "cr_await", "gi_yieldfrom", "ag_await")
        if awaited is None:
            return


def _frame(awaited: object) -> Any:  # noqa: ANN401 - as above
    """Where it stands; None once it has ended."""
    return _first(awaited, "cr_frame", "gi_frame", "ag_frame")


def _first(found: object, *names: str) -> Any:  # noqa: ANN401 - as above
    return next((value for name in names if (value := getattr(found, name, None)) is not None), None)


def _line(frame: FrameType) -> str:
    code = frame.f_code
    return f'  File "{code.co_filename}", line {frame.f_lineno}, in {code.co_qualname}'
