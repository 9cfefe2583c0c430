"""What it costs while nothing happens, and while five sessions print: rows 8 to 11, and the idle half of 13."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bench.setting import HOOKS, Row, Setting, cpu, resident, rest, setting, wakes

_SETTLE = 20
_HOUR = 3600


def quiet(seconds: int) -> Iterator[Row]:
    """Rows 8, 9 and 10, and the requests of 11: five silent live sessions."""
    with setting() as here:
        here.coven.start()
        _launch(here, "sleep=3000")
        with here.program() as program:
            used, woken, memory = _window(program.pid, seconds)

        with here.control("naive", str(here.coven.home / "coven.sock"), here.inbox.url) as pid:
            naive_used, naive_woken, naive_memory = _window(pid, max(30, seconds // 3))

        asked = _requests(here, seconds)

    yield Row("8", "idle CPU, 5 live sessions", f"{used:.1f} s/h", "≤ 4 s/h", f"naive {naive_used:.1f} s/h")
    yield Row("9", "idle wake-ups", f"{woken:.1f}/s", "≤ 6/s", f"naive {naive_woken:.1f}/s")
    yield Row("10", "idle memory", f"{memory / 2**20:.1f} MiB", "≤ 40 MiB", f"naive {naive_memory / 2**20:.1f} MiB")
    yield Row("11", "requests, 5 silent sessions", f"{asked:.1f}/min", "≤ 11/min", "naive 24/min")


def printing(seconds: int) -> Iterator[Row]:
    """Row 11: five sessions that print five lines a second."""
    with setting() as here:
        here.coven.start()
        _launch(here, "tick=3000")
        with here.program() as program:
            used, _, _ = _window(program.pid, seconds)

        asked = _requests(here, seconds)

    yield Row("11", "requests, 5 printing sessions", f"{asked:.1f}/min, {used:.1f} s/h", "≤ 35/min, ≤ 20 s/h")


def large(seconds: int) -> Iterator[Row]:
    """Row 13, second half: the idle cost over an empty ledger and over 10,000 rows, in one run."""
    with setting() as here:
        here.coven.start()
        here.coven.wait_row(here.coven.launch("hello"))
        with here.program() as program:
            small, _, _ = _window(program.pid, seconds)

        here.coven.stop()
        copy_rows(here.coven.home / "coven.sqlite3", 10_000)
        here.coven.start()
        with here.program() as program:
            big, _, _ = _window(program.pid, seconds)

    yield Row(
        "13", "idle CPU, 10,000 rows", f"{big:.1f} s/h, {big / small:.1f}×", "≤ 2× of an empty ledger", f"empty {small:.1f} s/h"
    )


def copy_rows(ledger: Path, count: int) -> None:
    """Fill the ledger of a stopped Coven with copies of its newest row."""
    database = sqlite3.connect(ledger)
    database.row_factory = sqlite3.Row
    with database:
        row = dict(database.execute("SELECT * FROM sessions ORDER BY created_at DESC LIMIT 1").fetchone())
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        copies = ([*(row | {"id": f"00000000-0000-4000-8000-{number:012d}"}).values()] for number in range(count))
        database.executemany(f"INSERT INTO sessions ({names}) VALUES ({marks})", copies)

    database.close()


def _launch(here: Setting, word: str) -> None:
    for number in range(5):
        here.coven.launch(f"{word} number {number}")
        here.coven.harness(f"{word} number {number}")


def _window(pid: int, seconds: int) -> tuple[float, float, int]:
    """CPU seconds an hour, wake-ups a second, bytes resident at the end; after a while to settle."""
    rest(_SETTLE)
    before, slept = cpu(pid), wakes(pid)
    rest(seconds)
    return (cpu(pid) - before) / 1e9 * _HOUR / seconds, (wakes(pid) - slept) / seconds, resident(pid)


def _requests(here: Setting, seconds: int) -> float:
    """Connections a minute to Coven's socket, counted inside the program by an audit hook."""
    count = here.coven.base / "connections"
    with here.program(PYTHONPATH=str(HOOKS), COUNT_CONNECTIONS=str(count)):
        rest(_SETTLE)
        before = len(count.read_text(encoding="ascii").splitlines())
        rest(seconds)
        return (len(count.read_text(encoding="ascii").splitlines()) - before) * 60 / seconds
