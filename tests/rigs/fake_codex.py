"""A stand-in for the `codex` program: it does what its prompt (the last argument; `-` is stdin) says, so that Coven runs sessions without a provider.

The words it knows, the first one found wins; anything else prints `done` and exits 0:
  sleep[=S]    lives S seconds (300), silent             fail[=N]    prints to stderr, exits N (3)
  after=S,N    lives S seconds, then exits N             crash[=SIG] ends by a signal (SEGV)
  stubborn     ignores TERM, INT and HUP, lives on       spew[=N]    prints N lines at once (2000)
  tick[=S]     a line every 0.2 s for S seconds (5)      ask[=S]     asks, waits for a line of input
  fork[=S]     exits 0 and leaves a child with its terminal
Each call adds one JSON line (pid, prompt, cwd) to the file that FAKE_CODEX_LOG names. Standard library only: it runs outside any venv.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_BETWEEN_TICKS = 0.2


def _prompt(arguments: list[str]) -> str:
    return sys.stdin.read() if arguments[-1:] == ["-"] else "".join(arguments[-1:])


def _record(prompt: str) -> None:
    if log := os.environ.get("FAKE_CODEX_LOG"):
        line = json.dumps({"pid": os.getpid(), "prompt": prompt, "cwd": str(Path.cwd())})
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def _live(seconds: str) -> int:
    time.sleep(float(seconds))
    return 0


def _after(value: str) -> int:
    seconds, _, code = value.partition(",")
    time.sleep(float(seconds))
    return int(code or 0)


def _fail(code: str) -> int:
    sys.stderr.write("fake codex: the provider said no\n")
    return int(code)


def _crash(name: str) -> int:
    number = signal.Signals["SIG" + name.upper().removeprefix("SIG")]
    if number not in {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)

    os.kill(os.getpid(), number)
    return 0


def _stubborn(seconds: str) -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)

    return _live(seconds)


def _spew(lines: str) -> int:
    _say("\n".join(f"line {number} {'x' * 80}" for number in range(int(lines))))
    return 0


def _tick(seconds: str) -> int:
    for number in range(round(float(seconds) / _BETWEEN_TICKS)):
        _say(f"tick {number}")
        time.sleep(_BETWEEN_TICKS)

    return 0


def _ask(seconds: str) -> int:
    _say("Do you want to allow this command? [y/N] ", end="")
    ready, _, _ = select.select([sys.stdin], [], [], float(seconds))
    return 0 if ready and sys.stdin.readline() else 4


def _fork(seconds: str) -> int:
    subprocess.Popen(["sleep", seconds], start_new_session=True)
    return 0


_WORDS: dict[str, tuple[str, Callable[[str], int]]] = {
    "stubborn": ("300", _stubborn),
    "sleep": ("300", _live),
    "after": ("1,0", _after),
    "fail": ("3", _fail),
    "crash": ("SEGV", _crash),
    "spew": ("2000", _spew),
    "ask": ("300", _ask),
    "tick": ("5", _tick),
    "fork": ("60", _fork),
}


def main(arguments: list[str]) -> int:
    """Answer the two questions that Coven asks of a harness, or do what the prompt says."""
    prompt = _prompt(arguments)
    _record(prompt)
    if arguments[:1] in (["--version"], ["-V"]):
        _say("codex-cli 0.50.0")
        return 0

    _say(f"fake codex {os.getpid()}")
    for word, (default, action) in _WORDS.items():
        if found := re.search(rf"\b{word}(?:=(\S+))?", prompt):
            return action(found.group(1) or default)

    _say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
