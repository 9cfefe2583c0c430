"""The shape of what `bundle` says for programs. Its counterpart is `diagnose/bundle`, which makes it."""

from collections.abc import Mapping

from coven_watchdog.model.words import Basis
from coven_watchdog.report.views import View


class FileView(View, frozen=True, kw_only=True):
    """One file of the bundle. `cut`: what was left out because there was too much; `missing`: parts that could not be had."""

    file: str
    size_bytes: int
    sha256: str
    source: str
    basis: Basis
    redactions: Mapping[str, int]
    cut: str | None
    missing: tuple[str, ...]


class AbsentView(View, frozen=True, kw_only=True):
    """A file that is not there, and why."""

    file: str
    why: str


class RedactionView(View, frozen=True, kw_only=True):
    """One thing that was taken out, with what stands around it."""

    file: str
    line: int
    context: str


class BundleMade(View, frozen=True, kw_only=True):
    """What `bundle` says. `path` None: nothing was written; `redactions` only of a preview, `report` only where it was asked for."""

    schema: str = "coven-watchdog.bundle.v1"
    path: str | None
    size_bytes: int
    sha256: str
    files: tuple[FileView, ...]
    not_collected: tuple[AbsentView, ...]
    redactions: tuple[RedactionView, ...]
    report: str | None
    issue_url: str
    how_to_file: tuple[str, ...]
