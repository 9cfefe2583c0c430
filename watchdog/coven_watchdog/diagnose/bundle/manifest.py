"""The files come in; `manifest.json` goes out: of each its hash, size, source, and what was taken out of it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from coven_watchdog import __version__
from coven_watchdog.diagnose.bundle.piece import json_lines
from coven_watchdog.diagnose.bundle.redacting import File
from coven_watchdog.report.bundle import AbsentView, FileView
from coven_watchdog.report.views import View

NAME = "manifest.json"


class Manifest(View, frozen=True, kw_only=True):
    """What is in a bundle and what is not."""

    schema: str = "coven-watchdog.bundle.manifest.v1"
    made_by: str
    made_at: datetime
    files: tuple[FileView, ...]
    not_collected: tuple[AbsentView, ...]


def listed(file: File) -> FileView:
    """A file's line."""
    return FileView(
        file=file.name,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size_bytes=len(file.content),
        source=file.source,
        basis=file.basis,
        redactions=dict(sorted(file.counts.items())),
        cut=file.cut or None,
        missing=file.missing,
    )


def manifest(files: Sequence[File], absent: Sequence[AbsentView], made_at: datetime) -> str:
    """The whole."""
    whole = Manifest(
        made_by=f"coven-watchdog {__version__}",
        made_at=made_at,
        files=tuple(listed(file) for file in sorted(files, key=lambda one: one.name)),
        not_collected=tuple(absent),
    )
    return "".join(f"{line}\n" for line in json_lines(whole))
