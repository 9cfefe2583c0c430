"""A private place for configuration files."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config import FaultyConfigError, Loaded, load

Write = Callable[..., Path]


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """An environment whose HOME is empty."""
    home = tmp_path / "me"
    home.mkdir()
    return {"HOME": str(home)}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file of a mode (0600) and return its path."""

    def write_it(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return write_it


@pytest.fixture
def loaded(write: Write, env: Mapping[str, str]) -> Callable[[str], Loaded]:
    """Load a configuration with this text."""
    return lambda text: load(write(text), env)


@pytest.fixture
def refused(write: Write, env: Mapping[str, str]) -> Callable[[str], FaultyConfigError]:
    """Load a configuration that must be refused, and give the refusal."""

    def refuse(text: str) -> FaultyConfigError:
        with pytest.raises(FaultyConfigError) as caught:
            load(write(text), env)

        return caught.value

    return refuse
