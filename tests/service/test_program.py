"""What the service starts, and how lasting that is."""

import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.words import Packaging
from coven_watchdog.service.program import Program, packaging, program


def test_this_one() -> None:
    """The interpreter that runs now, by its own path, not by what that is a link to; nothing is imported from the working directory."""
    found = program({"HOME": "/nonexistent"})
    assert found.words == (sys.executable, "-P", "-m", "coven_watchdog")
    assert found.words[0].startswith("/")


def test_what_it_depends_on() -> None:
    """A clone and a venv by hand are named, as they can go; what pipx, uv or the system look after is not."""
    notes = {kind: Program(("/opt/v/bin/python", "-P"), kind).note for kind in Packaging}
    assert "clone" in notes[Packaging.EDITABLE]
    assert notes[Packaging.VENV] == "it runs from /opt/v, and ends when that is removed"
    assert notes[Packaging.PIPX] == notes[Packaging.UV_TOOL] == notes[Packaging.SYSTEM] == ""


def test_it_starts_anywhere(tmp_path: Path) -> None:
    """A module of the same name in the user's home is not taken for it."""
    (tmp_path / "coven_watchdog.py").write_text("raise SystemExit(9)")
    words = program({"HOME": "/nonexistent"}).words
    done = subprocess.run([*words, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:14]) == (0, "coven-watchdog")


@pytest.mark.parametrize(
    ("file", "virtual", "editable", "kind"),
    [
        ("pipx_metadata.json", True, False, Packaging.PIPX),
        ("uv-receipt.toml", True, False, Packaging.UV_TOOL),
        ("pyvenv.cfg", True, True, Packaging.EDITABLE),
        ("pyvenv.cfg", True, False, Packaging.VENV),
        ("x", False, False, Packaging.SYSTEM),
    ],
)
def test_lasting_ones(tmp_path: Path, file: str, virtual: bool, editable: bool, kind: Packaging) -> None:  # noqa: FBT001 - a table
    """Both pipx and uv leave their receipt in an environment; the rest is told by what it is."""
    (tmp_path / file).write_text("")
    # uv marks each environment of its own as no matter for backups, too.
    (tmp_path / "CACHEDIR.TAG").write_text("")
    assert packaging(tmp_path, {"HOME": "/home/ada"}, virtual=virtual, editable=editable) is kind


@pytest.mark.parametrize(
    ("prefix", "env"),
    [
        (".cache/uv/archive-v0/abc", {}),
        ("Library/Caches/uv/archive-v0/abc", {}),
        (".cache/pipx/0f3", {}),
        (".local/pipx/.cache/0f3", {}),
        ("elsewhere/x", {"UV_CACHE_DIR": "{home}/elsewhere"}),
        ("elsewhere/uv/x", {"XDG_CACHE_HOME": "{home}/elsewhere"}),
        ("pipx/.cache/x", {"PIPX_HOME": "{home}/pipx"}),
    ],
)
def test_throw_away_ones(tmp_path: Path, prefix: str, env: dict[str, str]) -> None:
    """What lies in a cache of uv's or pipx's may be gone tomorrow, wherever that cache is."""
    place = tmp_path / prefix
    place.mkdir(parents=True)
    known = {"HOME": str(tmp_path)} | {name: value.format(home=tmp_path) for name, value in env.items()}
    assert packaging(place, known, virtual=True, editable=False) is Packaging.PASSING


def test_a_lasting_one_in_a_cache(tmp_path: Path) -> None:
    """Others keep environments that last below ~/.cache, as Poetry does."""
    place = tmp_path / ".cache/pypoetry/virtualenvs/x"
    place.mkdir(parents=True)
    assert packaging(place, {"HOME": str(tmp_path)}, virtual=True, editable=False) is Packaging.VENV


def test_a_cache_nobody_named(tmp_path: Path) -> None:
    """A folder above it that says it is a cache is believed; a system's Python is never one."""
    (tmp_path / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55")
    place = tmp_path / "archive-v0" / "x"
    place.mkdir(parents=True)
    assert packaging(place, {}, virtual=True, editable=False) is Packaging.PASSING
    assert packaging(place, {}, virtual=False, editable=False) is Packaging.SYSTEM


def test_it_is_refused() -> None:
    """No service is made of a throw-away environment; it says what lasts."""
    env = {"HOME": "/nonexistent", "UV_CACHE_DIR": str(Path(sys.prefix).parent)}
    if sys.prefix == sys.base_prefix:
        pytest.skip("this is no virtual environment")

    with pytest.raises(WatchdogError, match="throw-away environment") as raised:
        program(env)

    assert "uv tool install coven-watchdog" in raised.value.next_step
