"""`status --brief` as text."""

from pathlib import Path

from cli.text.pictures import HERE, text
from coven_watchdog.cli.text.brief import brief_lines
from coven_watchdog.report.brief import Brief, brief_of
from coven_watchdog.store import StoreReader
from report.filled import NOW, fill


def _said(path: Path, *, alive: bool) -> str:
    with StoreReader(path) as rows:
        return text(brief_lines(brief_of(rows, NOW, lambda _: alive), HERE))


def test_one_line(tmp_path: Path) -> None:
    """The worst, for how long, how many more, and the next command."""
    path = fill(tmp_path)
    assert (
        _said(path, alive=True) == "✖ Coven crashed: killed by signal 9 · 2 sessions hit 5 min · 1 more · coven-watchdog status"
    )
    assert _said(path, alive=False) == "✖ Nobody watches Coven (last seen 1 s ago) · coven-watchdog status"
    assert text(brief_lines(Brief(watched=False, seen_at=None, worst=None, more=0), HERE)) == (
        "✖ Nobody watches Coven · coven-watchdog status"
    )


def test_the_only_one_names_its_command(tmp_path: Path) -> None:
    """What explains it is one command away."""
    with StoreReader(fill(tmp_path)) as rows:
        found = brief_of(rows, NOW, lambda _: True)

    alone = Brief(watched=True, seen_at=None, worst=found.worst, more=0)
    assert text(brief_lines(alone, HERE)).endswith("coven-watchdog incidents show k7fq")


def test_nothing() -> None:
    """No line at all when all is well."""
    assert brief_lines(Brief(watched=True, seen_at=None, worst=None, more=0), HERE) == []
