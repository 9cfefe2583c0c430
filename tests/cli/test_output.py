"""The only printer."""

import json
import re

import msgspec
import pytest

from coven_watchdog.cli.output import Output, Trouble
from coven_watchdog.cli.page import Span, line
from coven_watchdog.cli.terms import Terms
from coven_watchdog.model.words import Shade

Capture = pytest.CaptureFixture[str]


class _Document(msgspec.Struct):
    schema: str = "x.v1"


def _output(**terms: object) -> Output:
    made = Terms(env={})
    for name, value in terms.items():
        setattr(made, name, value)

    return Output(made)


def test_data_and_talk_are_apart(capsys: Capture) -> None:
    """Data goes to standard output, talk to standard error."""
    output = _output()
    output.page([line("a ", Span("b", Shade.BAD)), line()])
    output.text("c")
    output.text("d\n")
    output.document(_Document())
    output.talk("hello")
    output.detail("hidden")
    assert capsys.readouterr() == ('a b\n\nc\nd\n{"schema":"x.v1"}\n', "hello\n")


def test_quiet_and_verbose(capsys: Capture) -> None:
    """-q leaves data and errors; -v adds details."""
    _output(verbosity=-1).talk("hello", bad=True)
    _output(verbosity=1).detail("more")
    assert capsys.readouterr() == ("", "more\n")


def test_forced_colours(capsys: Capture) -> None:
    """With colours forced, shades are seen without a terminal; the words are the same."""
    _output(color=True).page([line(Span("bad", Shade.BAD), "  ", Span("[red]no markup", Shade.COMMAND))])
    shown = capsys.readouterr().out
    assert "\x1b[1;31mbad" in shown
    assert "[red]no markup" in shown


def test_the_room_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines end where the terminal does; a pipe has no edge."""
    monkeypatch.setenv("COLUMNS", "77")
    assert (_output(color=True).room, _output().room) == (77, None)


def test_trouble_for_people(capsys: Capture) -> None:
    """What, where and what next stand on standard error, further faults below."""
    _output().trouble(Trouble("config", "unknown key", "c.toml:1: naem", "mend it", 2, (("c.toml:2: x", "no number"),)))
    _output(verbosity=-1).trouble(Trouble("failed", "it broke", "", "", 1))
    assert capsys.readouterr() == (
        "",
        "error: c.toml:1: naem: unknown key\nerror: c.toml:2: x: no number\n next: mend it\nerror: it broke\n",
    )


def test_trouble_for_programs(capsys: Capture) -> None:
    """Under --json an error is one document on standard output."""
    _output(as_json=True).trouble(Trouble("config", "unknown key", "c.toml:1", "", 2))
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "schema": "coven-watchdog.error.v1",
        "error": {"code": "config", "message": "unknown key", "where": "c.toml:1", "next": None},
    }
    assert err == ""


def test_trouble_for_monitoring(capsys: Capture) -> None:
    """`check` says UNKNOWN in a line where monitoring systems look, and the rest for people."""
    _output(command="check").trouble(Trouble("config", "unknown key", "c.toml:1", "", 2))
    out, err = capsys.readouterr()
    assert out == "COVEN UNKNOWN - c.toml:1: unknown key\n"
    assert err == "error: c.toml:1: unknown key\n"


NASTY = "a\x1b]52;c;aGk=\x07b\x9b31m\u202ec\u200bd\x00\n\udcffe ä漢✔"


class _Said(msgspec.Struct):
    said: str


def test_nothing_printed_is_obeyed_by_a_terminal(capsys: Capture) -> None:
    """Escapes, direction marks and half characters, from whatever file or Coven they came, reach no terminal."""
    for output in (_output(), _output(verbosity=1), _output(color=True), _output(command="check")):
        output.page([line(NASTY, Span(NASTY, Shade.BAD))])
        output.talk(NASTY)
        output.detail(NASTY)
        output.trouble(Trouble("failed", NASTY, NASTY, NASTY, 1, ((NASTY, NASTY),)))
        out, err = capsys.readouterr()
        shown = re.sub(r"\x1b\[[0-9;]*m", "", out + err).replace("\n", "")
        assert shown.isprintable()
        assert "ä漢✔" in shown


def test_json_keeps_what_it_escapes(capsys: Capture) -> None:
    """A document is printable whatever is in it, and means the same; letters stay letters."""
    _output().document(_Said(NASTY))
    shown = capsys.readouterr().out
    assert shown.rstrip("\n").isprintable()
    assert "ä漢✔" in shown
    assert json.loads(shown) == {"said": NASTY}


class _Row(msgspec.Struct):
    name: str
    rows: list[dict[str, str | int | None]]


def test_the_user_s_own_patterns_hold_for_everything(capsys: Capture) -> None:
    """In pages, talk, errors and every text of a document, which stays one; keys and numbers are ours."""
    output = _output(patterns=["ACME-[0-9]+", "name"], verbosity=1)
    output.page([line("a ", Span("ACME-1", Shade.BAD))])
    output.talk("see ACME-2")
    output.detail("more of ACME-3")
    output.trouble(Trouble("failed", "no ACME-4", "at ACME-5", "call ACME-6", 1))
    shown = capsys.readouterr()
    assert shown.out == "a [redacted]\n"
    assert shown.err.count("[redacted]") == 5
    assert "ACME" not in shown.err
    output.document(_Row("ACME-1", [{"name": 'x "ACME-2"', "count": 7, "none": None}]))
    _output(patterns=["ACME-[0-9]+"], as_json=True).trouble(Trouble("failed", "no ACME-4", "", "", 1))
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"name": "[redacted]", "rows": [{"name": 'x "[redacted]"', "count": 7, "none": None}]}
    assert second["error"]["message"] == "no [redacted]"
