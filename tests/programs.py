"""Real processes for tests: interpreters under another program's name, and a look at the world as another user."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

NOBODY = 65_534
OWN_PIDS = ("unshare", "--pid", "--fork", "--kill-child")
"""Starts a program in a pid namespace of its own, where it is process 1; needs root."""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")


@contextlib.contextmanager
def program(
    words: Sequence[str],
    code: str,
    directory: Path,
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    terminal: int | None = None,
    before: Sequence[str] = (),
) -> Iterator[subprocess.Popen[str]]:
    """A process named `words[0]` with these words on its command line, which runs Python `code`; ready when the block begins.

    The second word is a file of the working directory that holds the code: that is how an interpreter is called `coven run`.

    Args:
        words: its command line.
        code: what it does; it says that it is ready by printing a line.
        directory: where its program is put.
        cwd: its working directory, `directory` by default.
        environ: its whole environment.
        terminal: a terminal to be its standard input, and its controlling one.
        before: words of a command that starts it in turn; the process is that command's then.
    """
    where = cwd or directory
    (where / words[1]).write_text(_PRELUDE + code, encoding="utf-8")
    link = directory / words[0]
    if not link.exists():
        link.symlink_to(sys.executable)

    process = subprocess.Popen(
        [*before, str(link), *words[1:]],
        cwd=where,
        env={"HOME": str(directory), **(environ or {})},
        stdin=subprocess.DEVNULL if terminal is None else terminal,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline(), "the program did not get ready"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)

        process.communicate(timeout=10)


_PRELUDE = """
import fcntl, os, subprocess, sys, termios, threading, time
if sys.stdin.isatty():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
def ready():
    print("ready", flush=True)
def rest():
    ready()
    time.sleep(60)
"""


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Have no rights for the length of the block."""
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
