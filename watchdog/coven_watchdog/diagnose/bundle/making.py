"""Who asks, and what for, come in; a bundle goes out: collect, redact, report, examine once more. Writing it is the caller's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import anyio
from anyio import to_thread

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.privacy import extra_patterns
from coven_watchdog.diagnose.bundle import manifest, report
from coven_watchdog.diagnose.bundle.archive import packed
from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.collectors import COLLECTORS
from coven_watchdog.diagnose.bundle.facts import Collected
from coven_watchdog.diagnose.bundle.gate import Hit, scan
from coven_watchdog.diagnose.bundle.piece import Collector, Piece, bounded
from coven_watchdog.diagnose.bundle.redacting import File, configured, redacted, redactor
from coven_watchdog.diagnose.bundle.subject import subject
from coven_watchdog.diagnose.collecting import Failure, fenced
from coven_watchdog.diagnose.doctor import Asked, examine
from coven_watchdog.errors import SecretFoundError, UsageError
from coven_watchdog.model.words import Basis
from coven_watchdog.redact import Redactor
from coven_watchdog.report.bundle import AbsentView
from coven_watchdog.report.times import moment

_DROPPED = "left out with --drop"
_SHOWN = 5
_PATIENCE = 1.0
ROOM = 9_500_000
"""Bytes of all files together before anything is taken out, so that an archive stays below 10 MB whatever is in it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `id`: an incident or a session, None: what is wrong now; `drop`: files to leave out."""

    id: str | None = None
    wishes: Wishes = field(default_factory=Wishes)
    drop: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle, in memory. `files`: all that can be read of it, the report first; `stamp` names it: what it is about and when."""

    stamp: str
    files: tuple[File, ...]
    absent: tuple[AbsentView, ...]
    archive: bytes

    @property
    def report(self) -> str:
        """REPORT.md."""
        return next((file.text for file in self.files if file.name == report.NAME), "")


async def make(asked: Asked, request: Request, collectors: Sequence[Collector] = COLLECTORS) -> Bundle:
    """Collect, redact, write the report, and let the gate look at all of it.

    Raises:
        UsageError: a file that is to be dropped is none of a bundle's.
        SecretFoundError: the gate has found what looks like a secret.
        WatchdogError: nothing, or more than one thing, has the given id.
    """
    _check(request.drop, collectors)
    case = await subject(asked, await examine(asked), request.id, request.wishes)
    case = replace(case, patterns=await _patterns(case.paths))
    pieces, absent = await _collected(case, request.drop, collectors)
    return await to_thread.run_sync(bundled, Collected(case, pieces), absent, request.drop)


async def _patterns(paths: HomePaths) -> tuple[str, ...]:
    """What the home's owner told Coven to mask. Of a home that hangs nothing comes into the bundle, and nothing of this either."""

    async def read() -> tuple[str, ...]:
        return await to_thread.run_sync(extra_patterns, paths, abandon_on_cancel=True)

    found = await fenced(read, _PATIENCE)
    return () if isinstance(found, Failure) else found


def bundled(found: Collected, absent: Sequence[AbsentView], drop: Collection[str], room: int = ROOM) -> Bundle:
    """Redact what was collected, write the report, let the gate look, pack. The same comes of the same. Blocking.

    `room`: bytes of all files together before anything is taken out.

    Raises:
        SecretFoundError: as by `make`.
    """
    masks = redactor(found.case, found.pieces)
    files = [redacted(name, piece, masks) for name, piece in bounded(found.pieces, room).items()]
    absent = [AbsentView(file=one.file, why=masks.text(one.why).text) for one in absent]
    if report.NAME not in drop:
        files.insert(0, _report(found, files, absent, masks))

    made_at = moment(found.case.now.wall)
    texts = {file.name: file.text for file in files} | {manifest.NAME: manifest.manifest(files, absent, made_at)}
    _pass(scan(texts.items(), configured(found.case)))
    stamp = f"coven-bundle-{_about(found.case)}-{made_at:%Y%m%dT%H%M%SZ}"
    return Bundle(stamp, tuple(files), tuple(absent), packed(stamp, {name: text.encode() for name, text in texts.items()}))


def _check(drop: Collection[str], collectors: Sequence[Collector]) -> None:
    """Whether there are such files; the manifest goes with the others."""
    known = (report.NAME, *(one.file for one in collectors))
    for name in drop:
        if name not in known:
            message = f"there is no file {name} in a bundle"
            raise UsageError(message, where="--drop", next_step=f"one of {', '.join(known)}")


async def _collected(
    case: BundleCase, drop: Collection[str], collectors: Sequence[Collector]
) -> tuple[Mapping[str, Piece], list[AbsentView]]:
    """Ask all collectors at once; what each gave, and why some gave nothing, in their order."""
    found: dict[str, Piece | Failure] = {}

    async def ask(one: Collector) -> None:
        found[one.file] = await fenced(lambda: one.collect(case), one.deadline)

    async with anyio.create_task_group() as tasks:
        for one in collectors:
            if one.file in drop:
                found[one.file] = Failure(_DROPPED, meant=True)
            elif one.wanted(case):
                tasks.start_soon(ask, one, name=f"bundle: {one.name}")

    order = [one.file for one in collectors if one.file in found]
    pieces = {name: piece for name in order if isinstance(piece := found[name], Piece)}
    return pieces, [AbsentView(file=name, why=_why(gone)) for name in order if isinstance(gone := found[name], Failure)]


def _why(failure: Failure) -> str:
    return failure.why if failure.late or failure.meant else f"a fault of the watchdog itself: {failure.why}"


def _report(found: Collected, files: Sequence[File], absent: Sequence[AbsentView], masks: Redactor) -> File:
    lines = report.report(found, files, absent)
    return redacted(report.NAME, Piece(lines, "all the other files", Basis.INTERNAL), masks)


def _pass(hits: Sequence[Hit]) -> None:
    """Nothing leaves that still looks like a secret.

    Raises:
        SecretFoundError: something does. It is said where and what, never the thing itself.
    """
    if not hits:
        return

    first, files = hits[0], list(dict.fromkeys(hit.file for hit in hits))
    listed = "; ".join(f"{hit.file}:{hit.line}: {hit.what}" for hit in hits[:_SHOWN])
    more = f"; and {len(hits) - _SHOWN} more" if len(hits) > _SHOWN else ""
    message = f"what looks like a secret is left in the bundle, so nothing was written: {listed}{more}"
    drops = " ".join(f"--drop {name}" for name in files if name != manifest.NAME)
    raise SecretFoundError(message, where=f"{first.file}:{first.line}", next_step=f"leave it out: {drops}; and tell us")


def _about(case: BundleCase) -> str:
    """What it is about, for its name: ids are put into no name as they come."""
    session = case.session.id[:8] if case.session and not case.named else ""
    name = session or (case.incident.id if case.incident else "now")
    return name if name.isalnum() and name.isascii() else "session"
