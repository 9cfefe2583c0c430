"""Sessions and their processes; what is the same on the real Coven stands in `test_contract`."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from coven_watchdog.simulated.control import SimulatedCoven
from rigs.family import alive
from waiting import auntil


async def _row(coven: SimulatedCoven, session: str) -> dict[str, Any]:
    return dict((await coven.ask("GET", f"/sessions/{session}")).body)


async def _ended(coven: SimulatedCoven, session: str) -> tuple[str, int | None]:
    while (row := await _row(coven, session))["status"] == "running":
        continue

    return row["status"], row["exit_code"]


async def _kinds(coven: SimulatedCoven, session: str) -> list[str]:
    return [event["kind"] for event in (await coven.ask("GET", f"/events?sessionId={session}")).body["events"]]


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def _pid(coven: SimulatedCoven, session: str) -> int:
    """The harness, once it has said something."""
    while not await _kinds(coven, session):
        continue

    return int((await coven.command("pids"))[session])


@pytest.mark.anyio
async def test_a_signal_on_pipes(coven: SimulatedCoven) -> None:
    """A piped harness that dies by a signal is failed without an exit code."""
    session = await coven.launch("sleep", launchMode="nonInteractive")
    os.kill(await _pid(coven, session), signal.SIGKILL)
    assert await _ended(coven, session) == ("failed", None)
    assert await _kinds(coven, session) == ["output", "exit"]


@pytest.mark.anyio
async def test_a_piped_harness_that_exits(coven: SimulatedCoven) -> None:
    """On pipes the prompt comes by standard input, and exit codes are kept."""
    assert await _ended(coven, await coven.launch("fail=9", launchMode="nonInteractive")) == ("failed", 9)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["interactive", "nonInteractive"])
async def test_a_harness_dies_with_the_daemon(coven: SimulatedCoven, mode: str) -> None:
    """Whether by its terminal or by its guardian."""
    pid = await _pid(coven, await coven.launch("sleep", launchMode=mode))
    await coven.kill()
    await auntil(lambda: not alive(pid))


@pytest.mark.anyio
async def test_a_stubborn_harness_survives(coven: SimulatedCoven) -> None:
    """One that ignores the hang-up outlives a kill of its session and of the daemon."""
    session = await coven.launch("stubborn=20")
    pid = await _pid(coven, session)
    await coven.ask("POST", f"/sessions/{session}/kill")
    assert (await _row(coven, session))["status"] == "killed"
    await coven.kill()
    assert alive(pid)
    os.kill(pid, signal.SIGKILL)


@pytest.mark.anyio
async def test_outside_git_there_is_no_name(coven: SimulatedCoven, home: Path) -> None:
    """In a directory that is no git project the harness' environment does not name the session."""
    plain = home.with_name("plain")
    plain.mkdir()
    pid = await _pid(coven, await coven.launch("sleep", project=plain))
    environment = _environment(pid)
    assert b"COVEN_HOME=" in environment
    assert b"COVEN_MAINTENANCE_PARTICIPANT" not in environment


@pytest.mark.anyio
async def test_a_harness_that_is_no_program(coven: SimulatedCoven) -> None:
    """A harness that cannot be executed is a failed launch, on a terminal and on pipes."""
    broken = coven.side / "bin" / "codex"
    broken.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    for mode in ("interactive", "nonInteractive"):
        answered = await coven.post_session("x", harness="codex", title=None, project="shop", launchMode=mode)
        assert (answered.status, answered.body["error"]["code"]) == (500, "launch_failed")
        assert await _ended(coven, answered.body["error"]["details"]["sessionId"]) == ("failed", None)


@pytest.mark.anyio
async def test_a_failed_event_writer(coven: SimulatedCoven) -> None:
    """Once the event writer has failed, an end is lost: the row runs on without a process."""
    session = await coven.launch("sleep")
    pid = await _pid(coven, session)
    await coven.command("fail_event_writer")
    os.kill(pid, signal.SIGKILL)
    while await coven.command("pids"):
        continue

    assert (await _row(coven, session))["status"] == "running"
    assert (await coven.ask("GET", "/health")).body["eventWriter"]["state"] == "failed"
    later = await coven.launch("fail=1")
    while later in await coven.command("pids"):
        continue

    assert await _kinds(coven, later) == []


@pytest.mark.anyio
@pytest.mark.parametrize(("recorded", "status"), [(False, ("orphaned", None)), (True, ("failed", 1))])
async def test_a_stop_under_live_sessions(coven: SimulatedCoven, recorded: bool, status: tuple[str, int | None]) -> None:  # noqa: FBT001 - a table's cell
    """A clean stop ends the sessions; their rows are left running, or recorded as failures, as the race falls."""
    session = await coven.launch("sleep")
    pid = await _pid(coven, session)
    if recorded:
        await coven.command("record_on_stop")

    await coven.stop()
    assert not alive(pid)
    await coven.start()
    assert await _ended(coven, session) == status
