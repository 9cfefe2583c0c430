"""The test's end of `subreaper.py`: starts processes below a supervisor and learns how each of them ended."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Thread

_PROGRAM = Path(__file__).with_name("subreaper.py")
_PATIENCE = 30


class Reaper:
    """A supervisor process: the parent of everything started here, and of whatever of that detaches.

    Args:
        late: leave the orphans as zombies until `reap` is called, as a slow PID 1 does.
    """

    def __init__(self, *, late: bool = False) -> None:
        options = ["--late"] if late else []
        self._process = subprocess.Popen(
            [sys.executable, "-IS", _PROGRAM, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._started: SimpleQueue[int] = SimpleQueue()
        self._ended: dict[int, int] = {}
        self._news = Condition()
        self._reader = Thread(target=self._read, name="reaper", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The supervisor itself."""
        return self._process.pid

    def start(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        output: Path,
        terminal: str | None = None,
    ) -> int:
        """Start a program and return its pid.

        Args:
            argv: the program, by path or by a name on the PATH of `env`, and its arguments.
            env: its whole environment.
            cwd: its directory.
            output: the file that takes stdout; stderr goes to the same name with `.err` added. Unused with a terminal.
            terminal: a tty's name: it becomes the controlling terminal and all three standard files.
        """
        files = {"stdin": terminal or os.devnull, "stdout": terminal or str(output), "stderr": terminal or f"{output}.err"}
        argv = [str(part) for part in argv]
        self._order(start={"argv": argv, "env": dict(env), "cwd": str(cwd), "session": terminal is not None, **files})
        return self._started.get(timeout=_PATIENCE)

    def wait(self, pid: int, seconds: float = _PATIENCE) -> int:
        """The wait status of a process that was started here or came up as an orphan, once it has been reaped.

        Raises:
            AssertionError: it was not reaped in time.
        """
        with self._news:
            assert self._news.wait_for(lambda: pid in self._ended, seconds), f"process {pid} was not reaped in {seconds} s"
            return self._ended[pid]

    def reap(self) -> None:
        """Collect everything that is dead now; for a late reaper."""
        self._order(reap=True)

    def close(self) -> None:
        """End and reap everything below."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        self._process.stdout.close()

    def _order(self, **what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            news = json.loads(line)
            if "started" in news:
                self._started.put(news["started"])
                continue

            with self._news:
                self._ended[news["ended"]] = news["status"]
                self._news.notify_all()
