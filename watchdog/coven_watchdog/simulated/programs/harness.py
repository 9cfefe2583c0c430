"""A harness without a provider: the prompt says what it does, and then it ends.

Words, first match wins: `stubborn[=S]` ignore TERM, INT and HUP for S seconds (300) · `sleep[=S]` live S seconds (300) ·
`after=S,N` live S seconds, then exit N · `fail[=N]` exit N (3) · `crash[=SIG]` end by a signal (SEGV) · `tick[=S]` a line every
0.2 s for S seconds (5) · `spew[=N]` N lines at once (2000) · `fork[=S]` leave a grandchild on the terminal and exit 0.
Anything else: print `done`, exit 0.
"""

import os
import re
import signal
import subprocess
import sys
import time

_POLITE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    """Take the terminal, read the prompt, do what it says; the exit code."""
    _take_terminal()
    prompt = sys.stdin.read() if sys.argv[-1] == "-" else sys.argv[-1]
    _say(f"harness {os.getpid()}")
    for word, act in _ACTS.items():
        if found := re.search(rf"\b{word}\b(?:=(\S+))?", prompt):
            return act(found[1] or "")

    _say("done")
    return 0


def _take_terminal() -> None:
    """Make standard input the controlling terminal: when its other end closes, the kernel sends SIGHUP."""
    if sys.stdin.isatty():
        import fcntl  # noqa: PLC0415 - only where there is a terminal
        import termios  # noqa: PLC0415 - the same

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _sleep(seconds: str) -> int:
    time.sleep(float(seconds or 300))
    return 0


def _after(value: str) -> int:
    seconds, _, code = value.partition(",")
    time.sleep(float(seconds or 1))
    return int(code or 0)


def _fail(code: str) -> int:
    _say("provider said no")
    return int(code or 3)


def _crash(name: str) -> int:
    import resource  # noqa: PLC0415 - only where one crashes

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    number = signal.Signals[f"SIG{(name or 'SEGV').upper().removeprefix('SIG')}"]
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)

    os.kill(os.getpid(), number)
    return _sleep("5")


def _stubborn(seconds: str) -> int:
    for number in _POLITE:
        signal.signal(number, signal.SIG_IGN)

    return _sleep(seconds)


def _tick(seconds: str) -> int:
    for count in range(int(float(seconds or 5) * 5)):
        _say(f"tick {count}")
        time.sleep(0.2)

    return 0


def _spew(lines: str) -> int:
    _say("\n".join(f"line {number} {'x' * 80}" for number in range(int(lines or 2000))))
    return 0


def _fork(seconds: str) -> int:
    subprocess.Popen(["sleep", seconds or "60"], start_new_session=True)  # noqa: S603, S607 - a plain sleep
    return 0


_ACTS = {
    "stubborn": _stubborn,
    "sleep": _sleep,
    "after": _after,
    "fail": _fail,
    "crash": _crash,
    "tick": _tick,
    "spew": _spew,
    "fork": _fork,
}


if __name__ == "__main__":
    sys.exit(main())
