"""Completion scripts."""

import shutil
import subprocess

import pytest

from cli.conftest import Cli


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_valid(cli: Cli, shell: str) -> None:
    """Each shell takes its script, where the shell is here; it asks this program by its variable."""
    script = cli("completion", shell).out
    assert "_COVEN_WATCHDOG_COMPLETE" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_it_completes(cli: Cli) -> None:
    """Commands, subcommands and options are offered."""

    def offered(words: str) -> list[str]:
        asked = {
            "COMP_WORDS": f"coven-watchdog {words}",
            "COMP_CWORD": str(len(words.split(" "))),
            "_COVEN_WATCHDOG_COMPLETE": "bash_complete",
        }
        return [line.partition(",")[2] for line in cli(env=asked).out.splitlines()]

    assert offered("in") == ["incidents"]
    assert offered("config v") == ["validate"]
    assert offered("incidents --o") == ["--open"]
    assert offered("completion z") == ["zsh"]
