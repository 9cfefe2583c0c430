"""The lines of `bundle`."""

from cli.text.pictures import text
from coven_watchdog.cli.page import Span
from coven_watchdog.cli.text.bundle import HOW_TO_FILE, ISSUES, made_lines, preview_lines
from coven_watchdog.model.words import Basis, Shade
from coven_watchdog.report.bundle import AbsentView, BundleMade, FileView, RedactionView

FILE = FileView(
    file="a.log",
    size_bytes=2048,
    sha256="ab",
    source="a test",
    basis=Basis.INTERNAL,
    redactions={"token": 1, "home": 2},
    cut="3 older lines",
    missing=(),
)
MADE = BundleMade(
    path="~/x.tar.gz",
    size_bytes=4096,
    sha256="cd",
    files=(FILE,),
    not_collected=(AbsentView(file="b.json", why="there is none"),),
    redactions=(RedactionView(file="a.log", line=7, context="the key [redacted] of <home>/x"),),
    report=None,
    issue_url=ISSUES,
    how_to_file=HOW_TO_FILE,
)


def test_what_was_written() -> None:
    """How much, what is not in it and why; then the path, where to file it, and how."""
    lines = text(made_lines(MADE)).splitlines()
    assert lines[0] == "✓ 1 file, 3 redactions, 4.0 KiB, readable by you alone"
    assert "  b.json: there is none" in lines
    assert lines[-6] == "~/x.tar.gz"
    assert lines[-4] == f"File it: {ISSUES}"
    assert lines[-1].startswith("  3. Attach")


def test_a_preview() -> None:
    """Each file with what was taken out of it, and each place in its context, marked."""
    lines = preview_lines(MADE)
    shown = text(lines)
    assert shown.startswith("Nothing was written. A bundle would have 4.0 KiB")
    assert "a.log  2.0 KiB · from a test · cut: 3 older lines · taken out: 1 token, 2 home" in shown
    assert "       7  the key [redacted] of <home>/x" in shown
    marked = [span for line in lines for span in line if span.shade is Shade.WARN]
    assert marked == [Span("[redacted]", Shade.WARN), Span("<home>", Shade.WARN)]
    assert shown.rstrip().endswith(ISSUES)
