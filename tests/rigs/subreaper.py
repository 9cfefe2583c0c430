"""A small supervisor for everything a rig starts: the parent of all orphans below it, which it reaps at once, or late on purpose.

In: JSON lines on stdin, `{"start": {...}}` or `{"reap": true}`. Out: JSON lines on stdout, `{"started": pid}` and `{"ended": pid, "status": wait status}`.
A daemon that detaches from `coven daemon start` becomes this process's child (PR_SET_CHILD_SUBREAPER), so its death is reaped here and
not by a PID 1 that may take seconds. With `--late` only what was started directly is reaped; the others stay zombies until asked.
At the end of stdin every process below is killed and reaped. Linux only; standard library only.
"""

import ctypes
import json
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36


def _say(**what: int) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _become(order: dict[str, Any]) -> None:
    """In the new process: its session, its files, its program."""
    signal.set_wakeup_fd(-1)
    # Somebody may have started all of this with nohup, and a window that is closed must be felt.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if order["session"]:
        os.setsid()

    # The first terminal that a session leader opens becomes its controlling terminal.
    os.dup2(os.open(order["stdin"], os.O_RDWR), 0)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    os.dup2(os.open(order["stdout"], flags, 0o600), 1)
    os.dup2(os.open(order["stderr"], flags, 0o600), 2)
    os.closerange(3, 256)
    os.chdir(order["cwd"])
    os.execvpe(order["argv"][0], order["argv"], order["env"])


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            _become(order)
        finally:
            os._exit(127)

    return pid


def _wait(pid: int) -> tuple[int, int]:
    try:
        return os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0, 0


def _reap_all() -> None:
    while (ended := _wait(-1))[0]:
        _say(ended=ended[0], status=ended[1])


def _reap_own(direct: set[int]) -> None:
    for pid in tuple(direct):
        if (ended := _wait(pid))[0]:
            direct.discard(pid)
            _say(ended=pid, status=ended[1])


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]


def _end_all() -> None:
    """Kill what is below, generation after generation: orphans of the killed come up here."""
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)

        for pid in children:
            os.waitpid(pid, 0)


def _obey(line: bytes, direct: set[int]) -> None:
    order = json.loads(line)
    if "start" in order:
        pid = _start(order["start"])
        direct.add(pid)
        _say(started=pid)

    if "reap" in order:
        _reap_all()


def main() -> None:
    """Obey until stdin ends."""
    late = "--late" in sys.argv[1:]
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    direct: set[int] = set()
    orders = b""
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _reap_own(direct) if late else _reap_all()

        if 0 in ready:
            chunk = os.read(0, 1 << 20)
            if not chunk:
                return

            *lines, orders = (orders + chunk).split(b"\n")
            for line in lines:
                _obey(line, direct)


if __name__ == "__main__":
    try:
        main()
    finally:
        _end_all()
