"""Named collectors come in; what each found goes out. Each fails alone and has a deadline: the others go on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio
from anyio import to_thread

from coven_watchdog.diagnose.case import wrong
from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.words import Topic
from coven_watchdog.redact import redact
from coven_watchdog.report.doctor import DoctorLine

C = TypeVar("C")
T = TypeVar("T")
PATIENCE = 1.0
"""Seconds for one collector."""


@dataclass(frozen=True, slots=True)
class Collector(Generic[C]):
    """One of them: what it is about, and the function, which may block, that finds it out."""

    topic: Topic
    find: Callable[[C], tuple[DoctorLine, ...]]


async def collect(collectors: Sequence[Collector[C]], case: C, patience: float = PATIENCE) -> tuple[DoctorLine, ...]:
    """Ask all of them at once; their lines in their order."""
    found: dict[int, tuple[DoctorLine, ...]] = {}

    async def ask(at: int, one: Collector[C]) -> None:
        found[at] = await _examined(one, case, patience)

    async with anyio.create_task_group() as tasks:
        for at, one in enumerate(collectors):
            tasks.start_soon(ask, at, one, name=f"doctor: {one.topic}")

    return tuple(line for at in sorted(found) for line in found[at])


async def _examined(one: Collector[C], case: C, patience: float) -> tuple[DoctorLine, ...]:
    """What it finds, or that it could not."""

    async def find() -> tuple[DoctorLine, ...]:
        return await to_thread.run_sync(one.find, case, abandon_on_cancel=True)

    found = await attempt(one.topic, find, patience)
    return (found,) if isinstance(found, DoctorLine) else found


async def attempt(topic: Topic, find: Callable[[], Awaitable[T]], patience: float) -> T | DoctorLine:
    """What `find` gives within so many seconds, or a line that says why it gave nothing."""
    found = await fenced(find, patience)
    if not isinstance(found, Failure):
        return found

    if found.late:
        return wrong(topic, f"could not be examined within {patience:g} s", cause="A disk or the system hangs.")

    cause = "" if found.meant else "A fault of the watchdog itself."
    return wrong(topic, f"could not be examined: {found.why}", cause=cause)


@dataclass(frozen=True, slots=True)
class Failure:
    """A collector gave nothing: why, in words; `late`: it took too long; `meant`: it says so itself, and nothing of ours is broken."""

    why: str
    late: bool = False
    meant: bool = False


async def fenced(find: Callable[[], Awaitable[T]], patience: float) -> T | Failure:
    """What `find` gives within so many seconds, or why it gave nothing."""
    try:
        with anyio.fail_after(patience):
            return await find()
    except TimeoutError:
        return Failure(f"it took longer than {patience:g} s", late=True)
    except WatchdogError as error:
        return Failure(redact(error.message), meant=True)
    except Exception as error:  # noqa: BLE001 - the fence: one part that breaks must not hide what the others found
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]

        return Failure(redact(f"{type(error).__name__}: {error}"))
