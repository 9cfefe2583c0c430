"""A command that is asked and answered on a terminal."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.conftest import Cli
from rigs.terminal import Terminal
from waiting import until


@dataclass
class Talk:
    """A conversation: what is shown, and what is typed."""

    terminal: Terminal
    process: "subprocess.Popen[bytes]"
    read: int = 0

    def answer(self, question: str, text: str) -> None:
        """Wait for the question, behind all that was asked before; type the answer and Enter."""
        until(lambda: question in self.terminal.shown[self.read :])
        self.read = len(self.terminal.shown)
        self.terminal.type(f"{text}\n")

    def end(self) -> int:
        """The exit code."""
        return self.process.wait(60)


@contextmanager
def talk(cli: Cli, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Talk]:
    """Start it on a terminal of its own."""
    terminal = Terminal()
    with Path(terminal.name).open("r+b", buffering=0) as tty:
        process = subprocess.Popen(
            [*cli.command, *arguments],
            env={**cli.env, "TERM": "xterm", **(env or {})},
            stdin=tty,
            stdout=tty,
            stderr=tty,
            start_new_session=True,
        )
    try:
        yield Talk(terminal, process)
    finally:
        process.kill()
        process.wait()
        terminal.close()
