"""A bundle as lines: what is in it, what is not, what was taken out, and how to file it."""

from collections.abc import Iterator

from coven_watchdog.cli.page import BLANK, Line, Span, line
from coven_watchdog.cli.text.words import GOOD, size
from coven_watchdog.decide.words import counted
from coven_watchdog.model.words import Shade
from coven_watchdog.redact import MARKS
from coven_watchdog.report.bundle import BundleMade, FileView, RedactionView

ISSUES = "https://github.com/OpenCoven/coven/issues/new/choose"
HOW_TO_FILE = (
    "Read it first: coven-watchdog bundle --preview shows every redaction in context.",
    "Open the issue, paste REPORT.md (coven-watchdog bundle --report prints it) and fill in its first three lines.",
    "Attach the archive, or only the files that are asked for.",
)


def made_lines(made: BundleMade) -> list[Line]:
    """What was written, and how to go on."""
    total = sum(sum(file.redactions.values()) for file in made.files)
    lines = [
        line(
            GOOD,
            f" {counted(len(made.files), 'file')}, {counted(total, 'redaction')}, {size(made.size_bytes)}, readable by you alone",
        ),
        *_absent(made),
        BLANK,
        line(Span(made.path or "", Shade.STRONG)),
        BLANK,
        line("File it: ", Span(made.issue_url, Shade.COMMAND)),
    ]
    return lines + [line(f"  {number}. {step}") for number, step in enumerate(made.how_to_file, 1)]


def preview_lines(made: BundleMade) -> list[Line]:
    """Every file, and below it every redaction in context."""
    lines = [line(Span("Nothing was written.", Shade.STRONG), f" A bundle would have {size(made.size_bytes)} and these files:")]
    for file in made.files:
        lines += [BLANK, *_file(file, [one for one in made.redactions if one.file == file.file])]

    return [*lines, BLANK, *_absent(made), BLANK, line("Coven's issues: ", Span(made.issue_url, Shade.COMMAND))]


def _file(file: FileView, taken: list[RedactionView]) -> Iterator[Line]:
    counts = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in file.redactions.items())
    cut = f" · cut: {file.cut}" if file.cut else ""
    yield line(
        Span(file.file, Shade.STRONG), f"  {size(file.size_bytes)} · from {file.source}{cut} · taken out: {counts or 'nothing'}"
    )
    for one in taken:
        yield (Span(f"  {one.line:>6}  ", Shade.DIM), *_marked(one.context))


def _marked(text: str) -> Iterator[Span]:
    """The text with what stands for something taken out made visible."""
    at = 0
    for match in MARKS.finditer(text):
        yield Span(text[at : match.start()])
        yield Span(match[0], Shade.WARN)
        at = match.end()

    yield Span(text[at:])


def _absent(made: BundleMade) -> Iterator[Line]:
    if made.not_collected:
        yield line("Not collected:")

    for one in made.not_collected:
        yield line("  ", Span(one.file, Shade.STRONG), f": {one.why}")
