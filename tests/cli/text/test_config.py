"""`config show` and `config validate` as lines."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.text.pictures import text
from coven_watchdog.cli.text.config import shown_lines, validated_lines
from coven_watchdog.cli.validating import FaultView, Validated
from coven_watchdog.config import load
from coven_watchdog.config.shown import shown

TEXT = """
name = "x"
homes = ["~/one", "/two"]
[severity]
"session.*" = "off"
[probe]
health_interval = "5s"
[[channels]]
name = "a"
url = "ntfys://secret-topic"
[[channels]]
name = "b"
url_file = "~/url"
"""


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """A home with a secret in a file."""
    (tmp_path / "url").write_text("tgram://123:abc/4711", encoding="utf-8")
    (tmp_path / "url").chmod(0o600)
    return {"HOME": str(tmp_path)}


def test_what_is_shown_is_toml(tmp_path: Path, env: Mapping[str, str]) -> None:
    """The lines are a valid file that says the same, each value with its origin behind it, and no secret in it."""
    path = tmp_path / "c.toml"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(0o600)
    loaded = load(path, env)
    lines = text(shown_lines(loaded, shown(loaded), env["HOME"]))
    assert lines.startswith(f"# {path}\n")
    table = tomllib.loads(lines)
    assert (table["name"], table["probe"]["health_interval"], table["severity"]["session.*"]) == ("x", "5s", "off")
    assert [home["path"] for home in table["homes"]] == [f"{tmp_path}/one", "/two"]
    assert [channel["url"] for channel in table["channels"]] == ["ntfys://****", "tgram://****"]
    squeezed = [" ".join(line.split()) for line in lines.splitlines()]
    assert 'health_interval = "5s" # line 7' in squeezed
    assert 'url = "tgram://****" # file ~/url' in squeezed
    assert "secret-topic" not in lines
    assert "4711" not in lines


def test_a_missing_file_is_said(env: Mapping[str, str]) -> None:
    """Without a file every key is shown with its default, under a line that says so."""
    loaded = load(None, env)
    lines = text(shown_lines(loaded, shown(loaded), ""))
    assert "(does not exist: every key has its default)" in lines.splitlines()[0]
    tomllib.loads(lines)


def test_the_word_on_a_configuration() -> None:
    """Valid, valid without a file, or every fault; what cannot be checked here is said."""
    good = Validated(valid=True, path="/c.toml", exists=True, faults=(), warnings=(), unchecked=("pager",))
    assert text(validated_lines(good)).splitlines() == [
        "✓ valid: /c.toml",
        "  channel pager: its URL is a credential of the service and cannot be checked from here",
    ]
    none = Validated(valid=True, path="/c.toml", exists=False, faults=(), warnings=(), unchecked=())
    assert "none is needed" in text(validated_lines(none))
    faults = (FaultView(where="c.toml:1: naem", message="unknown key", next=None),)
    bad = Validated(valid=False, path="/c.toml", exists=True, faults=faults, warnings=(), unchecked=())
    assert text(validated_lines(bad)) == "✖ c.toml:1: naem: unknown key"
