"""The log of `run`."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coven_watchdog.cli import logs
from coven_watchdog.cli.terms import Terms
from coven_watchdog.model.words import LogFormat

SECRET = "sk-" + "a1B2" * 8


@pytest.fixture(autouse=True)
def _levels() -> Iterator[None]:
    """What logging is set to stays as it was."""
    own = logging.getLogger("coven_watchdog")
    before = own.level, logging.raiseExceptions
    yield
    own.setLevel(before[0])
    logging.raiseExceptions = before[1]


def _record(message: str, *args: object, level: int = logging.WARNING, at: float = 0) -> logging.LogRecord:
    record = logging.LogRecord("coven_watchdog.engine", level, __file__, 1, message, args, None)
    if at:
        record.created = at

    return record


def _fail() -> None:
    message = f"{SECRET} \x1b]0;title\x07"
    raise ValueError(message)


def _failed() -> logging.LogRecord:
    try:
        _fail()
    except ValueError:
        record = _record("it broke")
        record.exc_info = sys.exc_info()

    return record


@pytest.mark.parametrize("formatter", [logs.TextLines(colors=False), logs.JournalLines(), logs.JsonLines()])
def test_no_line_holds_a_secret(formatter: logging.Formatter) -> None:
    """Messages, arguments and tracebacks are redacted, whatever the format, and control characters are gone."""
    assert SECRET not in formatter.format(_record("key %s", SECRET))
    assert SECRET not in formatter.format(_failed())
    assert not {"\x1b", "\x07"} & set(formatter.format(_failed()))


@pytest.mark.parametrize("kind", [logs.JournalLines, logs.JsonLines, lambda patterns: logs.TextLines(patterns, colors=False)])
def test_the_user_s_own_patterns_hold_as_soon_as_they_are_known(kind: Callable[[list[str]], logging.Formatter]) -> None:
    """And others when others are in force: the list is read for each line."""
    patterns: list[str] = []
    formatter = kind(patterns)
    assert "it broke" in formatter.format(_failed())
    patterns[:] = ["it br.ke", "Value"]
    assert "it broke" not in formatter.format(_failed())
    assert "ValueError" not in formatter.format(_failed())
    assert SECRET not in formatter.format(_record("key %s", "\x1b[1m\u200b".join(SECRET)))
    assert "\x1b" not in formatter.format(_record("red \x1b[31m"))


def test_text_lines() -> None:
    """Local time with its zone, level, the part that speaks, one line of message; colours for what is bad."""
    line = logs.TextLines(colors=False).format(_record("two\nlines"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+  WARNING  engine: two lines", line)
    assert logs.TextLines(colors=True).format(_record("x")).startswith("\x1b[33m")
    assert not logs.TextLines(colors=True).format(_record("x", level=logging.INFO)).startswith("\x1b")
    assert "ValueError" in logs.TextLines(colors=False).format(_failed())


def test_journal_lines() -> None:
    """Each line, also of a traceback, begins with the priority that journald reads."""
    assert logs.JournalLines().format(_record("x", level=logging.ERROR)) == "<3>engine: x"
    assert logs.JournalLines().format(_record("x", level=5)) == "<6>engine: x"
    assert all(line.startswith("<4>") for line in logs.JournalLines().format(_failed()).splitlines())


def test_json_lines() -> None:
    """One object a line, its time RFC 3339 in UTC; a traceback only where there is one."""
    plain = json.loads(logs.JsonLines().format(_record("ä %d", 1, at=1_700_000_000.5)))
    assert plain == {
        "at": "2023-11-14T22:13:20.500000Z",
        "level": "warning",
        "logger": "coven_watchdog.engine",
        "message": "ä 1",
    }
    assert "ValueError" in json.loads(logs.JsonLines().format(_failed()))["traceback"]


def test_a_repeated_failure_is_told_once_and_then_counted() -> None:
    """The same warning is dropped for an hour, then told with how often it came; others, and mild ones, pass."""
    repeats = logs.Repeats()
    assert repeats(_record("down", at=1000))
    assert not any(repeats(_record("down", at=1000 + number)) for number in range(1, 4))
    assert repeats(_record("other", at=1004))
    assert all(repeats(_record("news", level=logging.INFO, at=1005)) for _ in range(2))
    again = _record("down %s", at=1000 + 3601)
    again.msg, again.args = "down", None
    assert repeats(again)
    assert again.getMessage() == "down (3 times more since it was told)"
    assert not repeats(_record("down", at=1000 + 3602))


def test_memory_of_repeats_is_bounded() -> None:
    """What came long ago is forgotten before the memory grows; it is then told again."""
    repeats = logs.Repeats()
    for number in range(300):
        assert repeats(_record(f"failure {number}", at=1000))

    assert repeats(_record("failure 0", at=1001))
    assert not repeats(_record("failure 299", at=1001))


def test_the_journal_is_known_by_its_stream(tmp_path: Path) -> None:
    """$JOURNAL_STREAM must name the very file that standard error is; an inherited one of somebody else does not count."""
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        facts = os.fstat(stream.fileno())
        assert logs.to_journal({"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"}, stream)
        assert not logs.to_journal({"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino + 1}"}, stream)
        assert not logs.to_journal({}, stream)

    assert not logs.to_journal({"JOURNAL_STREAM": "1:2"}, io.StringIO())


@pytest.mark.parametrize(("verbosity", "heard"), [(-1, ["bad"]), (0, ["news", "bad"]), (1, ["detail", "news", "bad"])])
def test_how_much_is_said(capsys: pytest.CaptureFixture[str], verbosity: int, heard: list[str]) -> None:
    """-q leaves warnings, -v adds details; libraries below warning are never heard, and nothing stays behind."""
    logger = logging.getLogger("coven_watchdog.test")
    handlers = list(logging.getLogger().handlers)
    with logs.set_up(Terms(env={}, verbosity=verbosity), LogFormat.JSON):
        logger.debug("detail")
        logger.info("news")
        logger.warning("bad")
        logging.getLogger("httpx").info("request")

    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == heard
    assert logging.getLogger().handlers == handlers


def test_the_format_fits_the_reader(capsys: pytest.CaptureFixture[str]) -> None:
    """Text goes to people, without colours when no terminal reads it."""
    with logs.set_up(Terms(env={}), LogFormat.TEXT):
        logging.getLogger("coven_watchdog.test").warning("bad")

    assert capsys.readouterr().err.endswith("WARNING  test: bad\n")


def test_the_journal_gets_priorities(tmp_path: Path) -> None:
    """A service whose standard error is the journal writes priorities instead of times."""
    code = (
        "import logging, os; from coven_watchdog.cli.logs import set_up; from coven_watchdog.cli.terms import Terms;"
        "from coven_watchdog.model.words import LogFormat; facts = os.fstat(2);"
        "env = {'JOURNAL_STREAM': f'{facts.st_dev}:{facts.st_ino}'};\n"
        "with set_up(Terms(env=env), LogFormat.TEXT): logging.getLogger('coven_watchdog.test').warning('bad')"
    )
    with (tmp_path / "journal").open("w+b") as journal:
        subprocess.run([sys.executable, "-c", code], stderr=journal, check=True)
        journal.seek(0)
        assert journal.read() == b"<4>test: bad\n"
