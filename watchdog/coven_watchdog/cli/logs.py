"""The log of `run`: records in, lines on standard error, or in a file, out. Every line is redacted; a repeated failure is told once, then counted."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from coven_watchdog.cli.logfile import opened
from coven_watchdog.cli.terms import Terms
from coven_watchdog.daemon import journal
from coven_watchdog.decide.text import said, said_lines
from coven_watchdog.decide.words import counted, local
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import LogFormat
from coven_watchdog.report.times import moment

_PACKAGE = "coven_watchdog"
_LONGEST = 2000
_AGAIN_AFTER = 3600.0
"""Seconds after which a failure that goes on is told again, with its count."""
_REMEMBERED = 256
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""syslog's numbers, which journald reads from `<N>` at the start of a line."""
_COLORS = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "red"}


@contextmanager
def set_up(terms: Terms, form: LogFormat, file: Path | None = None) -> Iterator[None]:
    """Log to standard error, or to that file, while inside.

    Raises:
        WatchdogError: the file cannot be written.
    """
    handler = logging.StreamHandler(sys.stderr) if file is None else opened(file)
    handler.setFormatter(_formatter(terms, form, to_file=file is not None))
    handler.addFilter(Repeats())
    root, own = logging.getLogger(), logging.getLogger(_PACKAGE)
    root.addHandler(handler)
    own.setLevel(logging.DEBUG if terms.verbosity > 0 else logging.WARNING if terms.verbosity < 0 else logging.INFO)
    # A log that nobody takes any more must not end the watch, nor fill standard error with tracebacks about itself.
    logging.raiseExceptions = terms.debug
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _formatter(terms: Terms, form: LogFormat, *, to_file: bool) -> logging.Formatter:
    if form is LogFormat.JSON:
        return JsonLines(terms.patterns)

    if to_file:
        return TextLines(terms.patterns, colors=False)

    if to_journal(terms.env, sys.stderr):
        return JournalLines(terms.patterns)

    return TextLines(terms.patterns, colors=sys.stderr.isatty() if terms.color is None else terms.color)


def to_journal(env: Mapping[str, str], stream: TextIO) -> bool:
    """Whether systemd's journal reads this very stream."""
    try:
        return journal.to_journal(env, stream.fileno())
    except (OSError, ValueError):
        return False


class Lines(logging.Formatter):
    """What every form of the log has in common: nothing leaves unmasked.

    Args:
        patterns: the user's own; read again for each line.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        super().__init__()
        self._patterns = patterns

    def said(self, record: logging.LogRecord) -> str:
        """Which part speaks, and what it says."""
        part = record.name.removeprefix(f"{_PACKAGE}.")
        return f"{part}: {self.message(record)}"

    def message(self, record: logging.LogRecord) -> str:
        """The message on one line, without secrets and without what could fool a terminal."""
        return said(record.getMessage(), _LONGEST, self._patterns)

    def traceback(self, record: logging.LogRecord) -> str:
        """The traceback on lines of its own, without secrets; "" without one."""
        if not record.exc_info:
            return ""

        return "\n" + said_lines(self.formatException(record.exc_info), _LONGEST, self._patterns)


class TextLines(Lines):
    """`2026-03-01 03:12:45 CET  WARNING  engine: what happened`."""

    def __init__(self, patterns: Sequence[str] = (), *, colors: bool) -> None:
        super().__init__(patterns)
        self._colors = colors

    def format(self, record: logging.LogRecord) -> str:
        """One line; the traceback of an exception follows on lines of its own."""
        at = local(_wall(record), None)
        line = f"{at:%Y-%m-%d %H:%M:%S %Z}  {record.levelname:<7}  {self.said(record)}"
        color = _COLORS.get(record.levelno) if self._colors else None
        return (click.style(line, fg=color) if color else line) + self.traceback(record)


class JournalLines(Lines):
    """`<4>engine: what happened`: the journal knows the time."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; every line of a traceback has the priority too."""
        priority = _PRIORITIES.get(record.levelno, 6)
        text = self.said(record) + self.traceback(record)
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())


class JsonLines(Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The keys `at`, `level`, `logger`, `message`, and `traceback` when there is one."""
        fields = {
            "at": moment(_wall(record)).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message(record),
        }
        traceback = self.traceback(record).strip()
        return json.dumps(fields | ({"traceback": traceback} if traceback else {}), ensure_ascii=False)


class Repeats:
    """A filter that lets a warning through once, then each hour with how often it came; anything milder always."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def __call__(self, record: logging.LogRecord) -> bool:
        """False for what was told within the hour."""
        if record.levelno < logging.WARNING:
            return True

        key = (record.name, record.levelno, record.getMessage())
        told_at, missed = self._seen.pop(key, (None, 0))
        if told_at is not None and record.created - told_at < _AGAIN_AFTER:
            self._seen[key] = (told_at, missed + 1)
            return False

        self._seen[key] = (record.created, 0)
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]

        if missed:
            record.msg, record.args = f"{record.getMessage()} ({counted(missed, 'time')} more since it was told)", None

        return True


def _wall(record: logging.LogRecord) -> int:
    return round(record.created * SECOND)
