"""Signals, and that the process is gone in the end whatever hangs. Each in a process of its own."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from coven_watchdog.daemon.ending import STOP_WITHIN, Ending
from waiting import until

PROGRAM = """
import os, sys, threading, time
import anyio
from anyio import to_thread
from coven_watchdog.daemon.ending import Ending

async def main():
    ending, body = Ending(within=float(sys.argv[1])), anyio.CancelScope()
    async with anyio.create_task_group() as tasks:
        await tasks.start(ending.hear, body.cancel, lambda: print("reload", flush=True))
        print("armed", flush=True)
        with body:
            {body}

        print("stopping", flush=True)
        {end}
        tasks.cancel_scope.cancel()

    ending.reached(7)
    print("over", flush=True)
    return 7

sys.exit(anyio.run(main))
"""
WAIT = "await anyio.sleep_forever()"
NOTHING = "pass"
FULL = "open(os.pipe()[1], 'w').write('x' * (1 << 20))"
HANG = "await to_thread.run_sync(time.sleep, 60)"
BLOCK = "time.sleep(60)"
LEAVE = "threading.Thread(target=time.sleep, args=(60,)).start()"
LISTEN = "await to_thread.run_sync(sys.stdin.read)"
SHORT, LONG = "0.2", "60"


@contextmanager
def process(end: str, within: str, body: str = WAIT) -> Iterator[subprocess.Popen[str]]:
    """A process that listens to signals, and does `end` when it is told to stop."""
    command = [sys.executable, "-c", PROGRAM.format(end=end, body=body), within]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        says(running, "armed")
        try:
            yield running
        finally:
            running.kill()


def told(running: subprocess.Popen[str], number: signal.Signals) -> bool:
    """Send it a signal; tells whether it has ended."""
    running.send_signal(number)
    return running.poll() is not None


def says(running: subprocess.Popen[str], line: str) -> None:
    """Wait for its next line."""
    assert running.stdout is not None
    assert running.stdout.readline() == f"{line}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_stop(number: signal.Signals) -> None:
    """The first signal ends the body, and the process ends by itself with its own code."""
    with process(NOTHING, LONG) as running:
        running.send_signal(number)
        says(running, "stopping")
        says(running, "over")
        assert running.wait(30) == 7


def test_a_hangup_is_no_end() -> None:
    """Each SIGHUP asks for a reload, also while it is stopping."""
    with process(LISTEN, LONG) as running:
        running.send_signal(signal.SIGHUP)
        says(running, "reload")
        running.terminate()
        says(running, "stopping")
        running.send_signal(signal.SIGHUP)
        says(running, "reload")


def test_more_terms_change_nothing() -> None:
    """A second SIGTERM neither kills it nor cuts its end short."""
    with process(LISTEN, LONG) as running:
        running.terminate()
        says(running, "stopping")
        running.terminate()
        running.send_signal(signal.SIGHUP)
        says(running, "reload")
        assert running.stdin is not None
        running.stdin.close()
        says(running, "over")
        assert running.wait(30) == 7


@pytest.mark.parametrize("end", [HANG, BLOCK], ids=["a thread hangs", "the event loop hangs"])
@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
def test_the_second_interrupt_ends_at_once(end: str, first: signal.Signals) -> None:
    """Whatever hangs: who presses Ctrl-C again has had enough."""
    with process(end, LONG) as running:
        running.send_signal(first)
        says(running, "stopping")
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130


@pytest.mark.parametrize("end", [HANG, BLOCK], ids=["a thread hangs", "the event loop hangs"])
def test_the_time_is_bounded(end: str) -> None:
    """What does not end by itself is ended, and has failed."""
    with process(end, SHORT) as running:
        running.terminate()
        says(running, "stopping")
        assert running.wait(30) == 1


@pytest.mark.parametrize("body", [BLOCK, FULL], ids=["it sleeps", "nobody reads its log"])
def test_an_event_loop_that_hears_nothing(body: str) -> None:
    """Where the loop hangs when the signals come, the time runs all the same."""
    with process(NOTHING, SHORT, body) as running:
        until(lambda: told(running, signal.SIGTERM))
        assert running.wait(30) == 1


@pytest.mark.parametrize("body", [BLOCK, FULL], ids=["it sleeps", "nobody reads its log"])
def test_whoever_presses_again(body: str) -> None:
    """Ctrl-C, again and again, ends even that at once."""
    with process(NOTHING, LONG, body) as running:
        until(lambda: told(running, signal.SIGINT))
        assert running.wait(30) == 130


def test_a_thread_that_is_left_behind() -> None:
    """All has ended but for a thread, for which the interpreter would wait: it ends with the code that it has, in time."""
    with process(LEAVE, SHORT) as running:
        running.terminate()
        says(running, "stopping")
        says(running, "over")
        assert running.wait(30) == 7


def test_five_seconds() -> None:
    """What is promised."""
    assert STOP_WITHIN == 5


def test_a_process_that_goes_on() -> None:
    """Where the run is only a part of a process, nothing happens to that when the time is over."""
    others = set(threading.enumerate())

    async def life() -> None:
        ending = Ending(within=0.01)
        async with anyio.create_task_group() as tasks:
            await tasks.start(ending.hear, tasks.cancel_scope.cancel, tasks.cancel_scope.cancel)
            ending.begin()
            ending.begin()
            tasks.cancel_scope.cancel()

        ending.reached(7)

    anyio.run(life)
    for backstop in set(threading.enumerate()) - others:
        backstop.join(30)
        assert not backstop.is_alive()

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
