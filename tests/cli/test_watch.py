"""The live screen of `status --watch`, on a real terminal."""

import subprocess
from contextlib import closing
from pathlib import Path

from cli.conftest import Cli
from report.filled import fill
from rigs.terminal import Terminal
from waiting import until


def _watch(cli: Cli, terminal: Terminal) -> "subprocess.Popen[bytes]":
    with Path(terminal.name).open("r+b", buffering=0) as tty:
        return subprocess.Popen(
            [*cli.command, "status", "--watch"],
            env={**cli.env, "TERM": "xterm"},
            stdin=tty,
            stdout=tty,
            stderr=tty,
            start_new_session=True,
        )


def test_it_follows_the_store_and_ends_at_q(cli: Cli) -> None:
    """What is written appears by itself; q ends it, and the terminal is as it was."""
    cli.configure("")
    with closing(Terminal()) as terminal:
        process = _watch(cli, terminal)
        until(lambda: "Nobody is watching" in terminal.shown)
        assert "k7fq" not in terminal.shown
        fill(cli.database.parent)
        until(lambda: "k7fq" in terminal.shown)
        terminal.type("q")
        assert process.wait(30) == 0
        until(lambda: "\x1b[?1049l" in terminal.shown)


def test_ctrl_c_ends_it_too(cli: Cli) -> None:
    """An interrupt ends it quietly."""
    with closing(Terminal()) as terminal:
        process = _watch(cli, terminal)
        until(lambda: "Nobody is watching" in terminal.shown)
        process.send_signal(2)
        assert process.wait(30) == 0
        assert "Traceback" not in terminal.shown
