"""`bundle`: everything that a maintainer of Coven asks for, in one file that is safe to paste."""

import hashlib
import os
import sys
from pathlib import Path

import anyio
import click

from coven_watchdog.cli.doctor import asked_of
from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.setting import here
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.bundle import HOW_TO_FILE, ISSUES, made_lines, preview_lines
from coven_watchdog.diagnose.bundle.archive import refused, written
from coven_watchdog.diagnose.bundle.case import Wishes
from coven_watchdog.diagnose.bundle.making import Bundle, Request, make
from coven_watchdog.diagnose.bundle.manifest import listed
from coven_watchdog.diagnose.bundle.redacting import in_context
from coven_watchdog.errors import UsageError, WatchdogError
from coven_watchdog.report.bundle import BundleMade

_STDOUT = "-"


@click.command(
    "bundle",
    cls=Command,
    examples=[
        ("bundle", "about what is wrong now"),
        ("bundle k7fq", "about an incident; or the first letters of a session's id"),
        ("bundle --preview", "what would be in it, and every redaction in context; nothing is written"),
        ("bundle --report", "only the report, to paste into an issue"),
        ("bundle -o - | ssh host 'cat > coven.tar.gz'", "to standard output"),
    ],
)
@click.argument("subject", metavar="[ID]", required=False)
@click.option(
    "-o", "--output", metavar="FILE|-", help="Where to write it; - for standard output. Default: here, named by its time."
)
@click.option("--preview", is_flag=True, help="Show what would be in it, and every redaction in context. Nothing is written.")
@click.option("--report", "only_report", is_flag=True, help="Print the report alone. Nothing is written.")
@click.option("--include-titles", "titles", is_flag=True, help="Also titles, labels and project paths of sessions.")
@click.option("--include-output", "session_output", is_flag=True, help="Also what the named session printed, redacted.")
@click.option("--drop", multiple=True, metavar="FILE", help="Leave this file out; may be given more than once.")
@json_option
@click.pass_context
def bundle(  # noqa: PLR0913 - its options
    ctx: click.Context,
    subject: str | None,
    output: str | None,
    drop: tuple[str, ...],
    *,
    preview: bool,
    only_report: bool,
    titles: bool,
    session_output: bool,
) -> int:
    """Collects what a maintainer of Coven needs to know into one file, redacted, and safe to paste.

    Works while Coven is down, hung, gone or not installed, and without a service or a database. It changes nothing in COVEN_HOME.
    What it writes is looked at once more by an independent detector of secrets: a hit refuses the whole.

    Exit codes: 0 written or shown, 1 refused or failed (nothing is left behind), 2 usage.
    """
    terms = terms_of(ctx)
    _check(terms, output, preview=preview, only_report=only_report)
    if session_output and subject is None:
        message = "the output of which session?"
        raise UsageError(message, where="--include-output", next_step="coven-watchdog bundle ID --include-output")

    target = _target(output)
    made = anyio.run(make, asked_of(terms), Request(subject, Wishes(titles, session_output), drop))
    if preview or only_report:
        _show(terms, made, preview=preview)
    elif output == _STDOUT:
        sys.stdout.buffer.write(made.archive)
        sys.stdout.buffer.flush()
    else:
        _write(terms, made, target)

    return 0


def _check(terms: Terms, output: str | None, *, preview: bool, only_report: bool) -> None:
    """Whether all of that can be meant together.

    Raises:
        UsageError: it cannot.
    """
    if preview and only_report:
        message = "--preview and --report exclude each other"
        raise UsageError(message, next_step="give one of them")

    if output is not None and (preview or only_report):
        message = "with --preview or --report nothing is written"
        raise UsageError(message, where="-o", next_step="leave -o out")

    if output == _STDOUT and terms.as_json:
        message = "the archive and the JSON document cannot both go to standard output"
        raise UsageError(message, where="-o", next_step="name a file")

    # Python has no standard output at all when it was closed before.
    if output == _STDOUT and (sys.stdout is None or sys.stdout.isatty()):
        message = "standard output is closed" if sys.stdout is None else "an archive is not for a terminal"
        raise UsageError(message, where="-o", next_step="send it into a file or a pipe, or use --report")

    if output == "":
        message = "that names no file"
        raise UsageError(message, where="-o", next_step="name a file, or leave -o out")


def _target(output: str | None) -> Path:
    """The file, or the directory in which it gets its usual name.

    Raises:
        WatchdogError: it cannot be written there; said before anything is collected.
    """
    path = Path(output if output and output != _STDOUT else ".").expanduser()
    try:
        if path.is_dir():
            return path
    except OSError as error:
        raise refused(path, error) from error

    if os.path.lexists(path):
        message = "it is there already, and stays as it is"
        raise WatchdogError(message, where=str(path), next_step="name another file with -o")

    if not path.parent.is_dir():
        message = "its directory is not there"
        raise WatchdogError(message, where=str(path.parent), next_step="make it, or name another file with -o")

    return path


def _write(terms: Terms, made: Bundle, target: Path) -> None:
    """Put it there, and say where it is and how to file it."""
    path = (target / f"{made.stamp}.tar.gz" if target.is_dir() else target).absolute()
    written(path, made.archive)
    output = Output(terms)
    if terms.as_json:
        output.document(_document(made, path=str(path)))
    else:
        output.page(made_lines(_document(made, path=here(terms).path(str(path)))))


def _show(terms: Terms, made: Bundle, *, preview: bool) -> None:
    """Print the report or the preview."""
    output = Output(terms)
    if terms.as_json:
        output.document(_document(made, preview=preview, report=not preview))
    elif preview:
        output.page(preview_lines(_document(made, preview=True)))
    else:
        output.text(made.report)


def _document(made: Bundle, *, path: str | None = None, preview: bool = False, report: bool = False) -> BundleMade:
    return BundleMade(
        path=path,
        size_bytes=len(made.archive),
        sha256=hashlib.sha256(made.archive).hexdigest(),
        files=tuple(listed(file) for file in made.files),
        not_collected=made.absent,
        redactions=tuple(one for file in made.files for one in in_context(file)) if preview else (),
        report=made.report if report else None,
        issue_url=ISSUES,
        how_to_file=HOW_TO_FILE,
    )
