"""How soon people hear of it: rows 1 to 7. Each sample has a state directory of its own, so that every alert is a first one."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bench.setting import Row, Setting, arrival, now, rest, setting, spread
from rigs.inbox import Letter
from waiting import until

_KILLED = "daemon.crashed"
_HEALTH_INTERVAL = 10


def _is(kind: str) -> Callable[[Letter], bool]:
    return lambda letter: letter.kind.startswith(kind)


def killed(samples: int) -> Iterator[Row]:
    """Rows 1 and 2, and 3: kill -9 of the daemon."""
    with setting() as here:
        committed, accepted = zip(*(_kill(here, warm=True) for _ in range(samples)), strict=True)
        cold = [_kill(here, warm=False)[1] for _ in range(max(2, samples // 3))]
        bare = [_kill_bare(here) for _ in range(samples)]
        naive = [_kill_naive(here) for _ in range(max(2, samples // 5))]

    controls = f"bare {spread(bare)}; naive {spread(naive)}"
    yield Row("1", "kill -9 → committed", spread(committed), "p50 ≤ 10 ms")
    yield Row("2", "kill -9 → accepted, preload", spread(accepted), "p50 ≤ 15, max ≤ 40 ms", controls)
    yield Row("3", "kill -9 → accepted, defaults", spread(cold), "p50 ≤ 450 ms", controls)


def paused(samples: int) -> Iterator[Row]:
    """Row 4: SIGSTOP."""
    with setting() as here:
        took = [_pause(here) for _ in range(samples)]

    yield Row("4", "SIGSTOP → accepted", spread(took), "p50 ≤ 1.2, max ≤ 2 s")


def live_locked(samples: int) -> Iterator[Row]:
    """Row 5: alive, and not answering."""
    with setting() as here:
        took = [_lock_up(here, _HEALTH_INTERVAL * number / samples) for number in range(samples)]

    yield Row("5", "not answering → accepted", spread(took), "p50 ≤ 10 s")


def failed(samples: int) -> Iterator[Row]:
    """Rows 6 and 7: a session fails after a while, and at once."""
    with setting() as here:
        late = [_fail_late(here, number) for number in range(samples)]
        early = [_fail_early(here) for _ in range(samples)]
        naive = [_fail_naive(here) for _ in range(max(2, samples // 5))]

    yield Row("6", "a session of ≥ 2 s fails → accepted", spread(late), "p50 ≤ 150, max ≤ 500 ms", f"naive {spread(naive)}")
    yield Row("7", "a session fails at once → accepted", spread(early), "p50 ≤ 800 ms")


@contextmanager
def _fresh(here: Setting) -> Iterator[None]:
    """A started Coven and an empty inbox; Coven is ended afterwards."""
    here.inbox.letters.clear()
    here.coven.start()
    try:
        yield
    finally:
        here.coven.stop()


def _kill_daemon(here: Setting) -> int:
    """Kill it; when (wall µs)."""
    pid = here.coven.pid
    at = now()
    os.kill(pid, signal.SIGKILL)
    return at


def _kill(here: Setting, *, warm: bool) -> tuple[int, int]:
    with _fresh(here), here.program(warm=warm) as program:
        pid = here.coven.pid
        at = _kill_daemon(here)
        letter = arrival(here.inbox, _is(_KILLED))
        ((committed,),) = program.rows(f"SELECT committed_at FROM notification WHERE id = '{letter.token}'")
        here.coven.reaper.wait(pid)
        return committed - at, letter.at - at


def _kill_bare(here: Setting) -> int:
    url = here.inbox.url.replace("json:", "http:")
    with _fresh(here), here.control("bare", str(here.coven.pid), url):
        pid = here.coven.pid
        at = _kill_daemon(here)
        letter = arrival(here.inbox, _is(_KILLED))
        here.coven.reaper.wait(pid)
        return letter.at - at


def _kill_naive(here: Setting) -> int:
    with _fresh(here), here.control("naive", str(here.coven.home / "coven.sock"), here.inbox.url):
        pid = here.coven.pid
        at = _kill_daemon(here)
        letter = arrival(here.inbox, _is(_KILLED))
        here.coven.reaper.wait(pid)
        return letter.at - at


def _pause(here: Setting) -> int:
    with _fresh(here), here.program(warm=True):
        at = now()
        here.coven.pause()
        try:
            return arrival(here.inbox, _is("daemon.unresponsive")).at - at
        finally:
            here.coven.resume()


def _lock_up(here: Setting, after: float) -> int:
    """Seventy clients that send half a request line take all of the daemon's threads, and its accepting one (seen on 0.4.6)."""
    with _fresh(here), here.program(warm=True):
        rest(after)  # anywhere between two probes
        at = now()
        clients = [_half_a_request(here) for _ in range(80)]
        try:
            return arrival(here.inbox, _is("daemon.unresponsive")).at - at
        finally:
            for client in clients:
                client.close()


def _half_a_request(here: Setting) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.setblocking(False)  # noqa: FBT003 - the call has no keyword
    if client.connect_ex(str(here.coven.home / "coven.sock")) == 0:
        client.send(b"GET /hea")

    return client


def _fail_late(here: Setting, number: int) -> int:
    prompt = f"sleep=300 number {number}"
    with _fresh(here), here.program(warm=True) as program:
        here.coven.launch(prompt)
        harness = here.coven.harness(prompt)
        until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
        at = now()
        os.kill(harness, signal.SIGKILL)
        return arrival(here.inbox, _is("session.")).at - at


def _fail_early(here: Setting) -> int:
    with _fresh(here), here.program(warm=True):
        session = here.coven.launch("fail=3")
        letter = arrival(here.inbox, _is("session."))
        return letter.at - _recorded(here, session)


def _fail_naive(here: Setting) -> int:
    with _fresh(here), here.control("naive", str(here.coven.home / "coven.sock"), here.inbox.url):
        session = here.coven.launch("fail=3")
        letter = arrival(here.inbox, _is("session."))
        return letter.at - _recorded(here, session)


def _recorded(here: Setting, session: str) -> int:
    """When Coven wrote the end down (wall µs)."""
    stamp: str = here.coven.row(session)["updated_at"]
    return round(datetime.fromisoformat(stamp).timestamp() * 1e6)
