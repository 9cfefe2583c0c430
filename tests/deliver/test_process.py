"""One courier process from the daemon's side, played by small scripts."""

import os
import sys

import anyio
import pytest

from coven_watchdog.deliver.process import CourierDiedError, CourierProcess, CourierUnfitError
from deliver.letters import runs, script
from waiting import auntil

pytestmark = pytest.mark.anyio


async def begun(body: str) -> CourierProcess:
    """A process that runs this script."""
    return await CourierProcess.start(script(body), os.environ)


async def test_a_good_one() -> None:
    """It says its version, answers line by line, and ends when its stdin does."""
    process = await begun("say(ready='1')\nwhile line := sys.stdin.readline(): say(got=json.loads(line))")
    await process.ready("1")
    assert process.fit
    assert await process.exchange(b"[1]\n") == {"got": [1]}
    assert await process.exchange(b"[2]\n") == {"got": [2]}
    await process.close()
    assert not process.fit
    assert not runs(process.pid)


async def test_it_leads_a_session_of_its_own() -> None:
    """A terminal's Ctrl-C does not reach it, and it can be killed with what it started."""
    process = await begun("say(session=os.getsid(0))")
    assert await process.exchange(b"") == {"session": process.pid}
    await process.close()


async def test_another_version_is_unfit() -> None:
    """A working courier of another version is told from a broken one."""
    process = await begun("say(ready='2'); sys.stdin.read()")
    with pytest.raises(CourierUnfitError, match="of version 2, this is 1") as raised:
        await process.ready("1")

    assert raised.value.other_version
    assert not process.fit
    await process.close()


async def test_one_that_does_not_start_is_unfit() -> None:
    """Ended by itself before it was ready: it could not start, and its last words say why."""
    process = await begun("sys.exit('No module named coven_watchdog')")
    with pytest.raises(CourierUnfitError, match="does not start: No module named coven_watchdog"):
        await process.ready("1")

    await process.close()


async def test_one_that_ends_without_a_word_is_unfit() -> None:
    """Without last words its exit status must do."""
    process = await begun("sys.exit(3)")
    with pytest.raises(CourierUnfitError, match="does not start: ended with 3"):
        await process.ready("1")

    await process.close()


async def test_one_that_is_killed_has_died() -> None:
    """Killed before it was ready says nothing about the installation."""
    process = await begun("os.kill(pid, signal.SIGKILL)")
    with pytest.raises(CourierDiedError, match="ended by signal 9") as raised:
        await process.ready("1")

    assert not isinstance(raised.value, CourierUnfitError)
    await process.close()


async def test_no_program_is_unfit() -> None:
    """The Python that ran us is gone."""
    with pytest.raises(CourierUnfitError, match="/nowhere/python cannot be started: No such file"):
        await CourierProcess.start(("/nowhere/python",), {})


async def test_no_room_for_a_process_has_died() -> None:
    """A refusal of the system for other reasons passes."""
    with pytest.raises(CourierDiedError, match="no process can be started now") as raised:
        await CourierProcess.start((sys.executable, "x" * 3_000_000), {})

    assert not isinstance(raised.value, CourierUnfitError)


@pytest.mark.parametrize("answer", ["print('hello', flush=True)", "print('[1]', flush=True)", "print('x' * 70000, flush=True)"])
async def test_what_is_no_answer(answer: str) -> None:
    """Something that is no JSON object on a line of bounded length is no courier speaking."""
    process = await begun(f"{answer}; sys.stdin.read()")
    with pytest.raises(CourierDiedError, match="did not speak as one"):
        await process.exchange(b"")

    await process.close()


async def test_death_in_the_middle() -> None:
    """Dead before it answered: with the way it died."""
    process = await begun("sys.stdin.readline(); os.kill(pid, signal.SIGSEGV)")
    with pytest.raises(CourierDiedError, match="ended by signal 11 before it answered"):
        await process.exchange(b"{}\n")

    await process.close()


async def test_a_closed_stdout_is_an_end() -> None:
    """One that lives on without a voice is killed."""
    process = await begun("os.close(1); sys.stdin.readline(); time.sleep(600)")
    with pytest.raises(CourierDiedError, match="ended by signal 9"):
        await process.exchange(b"{}\n")

    await process.close()


async def test_a_missing_library_is_unfit() -> None:
    """It says so itself."""
    process = await begun("say(broken='No module named apprise')")
    with pytest.raises(CourierUnfitError, match="lacks a library: No module named apprise"):
        await process.exchange(b"")

    await process.close()


async def test_a_stubborn_one_is_killed() -> None:
    """The end of stdin is a request; a second later it is killed, and reaped."""
    process = await begun("say(ready='1'); time.sleep(600)")
    await process.ready("1")
    await process.close()
    assert not runs(process.pid)


async def test_kill_takes_its_children() -> None:
    """What a plugin started goes with it."""
    process = await begun(
        "import subprocess; child = subprocess.Popen(['sleep', '600']); say(child=child.pid); time.sleep(600)"
    )
    child = (await process.exchange(b""))["child"]
    assert isinstance(child, int)
    process.kill()
    assert not process.fit
    await auntil(lambda: not runs(child))
    await process.close()


async def test_a_cancelled_close_leaves_nothing() -> None:
    """Closing is finished even while the program is being stopped."""
    process = await begun("say(ready='1'); sys.stdin.read()")
    await process.ready("1")
    with anyio.CancelScope() as scope:
        scope.cancel()
        await process.close()

    assert not runs(process.pid)
