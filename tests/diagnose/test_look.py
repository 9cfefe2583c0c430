"""One fresh look, at a simulated Coven in every state."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest
from anyio import to_thread

from coven_watchdog.diagnose.look import CheckResult, fresh_look, impatient
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import CheckStatus, DaemonState, Expect, Kind, Severity
from coven_watchdog.settings import Duration, Home, Probe, Settings
from coven_watchdog.simulated.control import SimulatedCoven
from rigs.simulated import short_home

pytestmark = pytest.mark.anyio


@pytest.fixture
def path() -> Iterator[Path]:
    """A home that does not exist yet."""
    with short_home() as home:
        yield home


@pytest.fixture
async def coven(path: Path) -> AsyncIterator[SimulatedCoven]:
    """A running daemon on it."""
    async with SimulatedCoven(path) as running:
        yield running


async def look(*homes: Path, **settings: Any) -> CheckResult:  # noqa: ANN401 - any settings
    """One look at these homes."""
    watched = tuple(Home(path=str(home)) for home in homes)
    with anyio.fail_after(15):
        return await fresh_look(Settings(homes=watched, **settings), watched, os.getuid())


def kinds(result: CheckResult, home: int = 0) -> list[Kind]:
    """What is wrong with a home, worst first."""
    return [verdict.kind for verdict in result.homes[home].findings]


def state(result: CheckResult) -> DaemonState:
    """How the only home's daemon is."""
    return result.homes[0].look.daemon.state


async def test_no_home(path: Path) -> None:
    """Nothing is there, and nothing is wrong with that."""
    result = await look(path)
    assert (result.status, state(result), kinds(result)) == (CheckStatus.OK, DaemonState.ABSENT, [])


async def test_no_home_where_a_daemon_should_run(path: Path) -> None:
    """A home that does not exist has no daemon."""
    result = await look(path, expect=Expect.RUNNING)
    assert (result.status, kinds(result)) == (CheckStatus.CRITICAL, [Kind.DAEMON_STOPPED])
    assert result.homes[0].findings[0].severity is Severity.CRITICAL


async def test_running(coven: SimulatedCoven) -> None:
    """All is well, and everything that can be said about it is known."""
    session = await coven.launch("sleep")
    result = await look(coven.home)
    assert (result.status, state(result), kinds(result)) == (CheckStatus.OK, DaemonState.RUNNING, [])
    found = result.homes[0].look
    assert (found.complete, found.total, [row.id for row in found.live]) == (True, 1, [session])
    assert (found.daemon.pid, found.daemon.latency is not None) == (coven.pid, True)


@pytest.mark.parametrize(("expect", "status"), [(Expect.AUTO, CheckStatus.OK), (Expect.RUNNING, CheckStatus.CRITICAL)])
async def test_stopped(coven: SimulatedCoven, expect: Expect, status: CheckStatus) -> None:
    """A clean stop is wrong only where a daemon is expected to run; no grace is waited for."""
    await coven.stop()
    result = await look(coven.home, expect=expect)
    assert (result.status, state(result)) == (status, DaemonState.STOPPED)


async def test_crashed(coven: SimulatedCoven) -> None:
    """Leftovers that nobody owns are a crash, found so."""
    await coven.kill()
    result = await look(coven.home)
    assert (result.status, state(result), kinds(result)) == (CheckStatus.CRITICAL, DaemonState.CRASHED, [Kind.DAEMON_CRASHED])


async def test_frozen(coven: SimulatedCoven) -> None:
    """A daemon that a signal has stopped hangs."""
    coven.signal(signal.SIGSTOP)
    result = await look(coven.home)
    assert (result.status, kinds(result)) == (CheckStatus.CRITICAL, [Kind.DAEMON_UNRESPONSIVE])


async def test_hanging(coven: SimulatedCoven) -> None:
    """One that accepts and does not answer is given a second try, and no third."""
    await coven.misbehave("hang")
    result = await look(coven.home)
    assert (result.status, kinds(result)) == (CheckStatus.CRITICAL, [Kind.DAEMON_UNRESPONSIVE])


async def test_no_socket(coven: SimulatedCoven) -> None:
    """One whose socket was deleted cannot be reached."""
    await to_thread.run_sync(coven.socket.unlink)
    result = await look(coven.home)
    assert (result.status, kinds(result)) == (CheckStatus.CRITICAL, [Kind.DAEMON_SOCKET_LOST])


async def test_a_broken_ledger(coven: SimulatedCoven) -> None:
    """Health is good and the sessions cannot be listed."""
    await coven.misbehave("broken_store")
    result = await look(coven.home)
    assert (result.status, kinds(result)) == (CheckStatus.CRITICAL, [Kind.STORE_BROKEN])


async def test_a_stumble(coven: SimulatedCoven) -> None:
    """One bad answer is no trouble: it is asked again."""
    await coven.misbehave("close", route="health", times=1)
    assert (await look(coven.home)).status is CheckStatus.OK


async def test_open_to_others(coven: SimulatedCoven) -> None:
    """Who can write to the socket can do everything: nothing is asked there."""
    await to_thread.run_sync(coven.socket.chmod, 0o777)
    result = await look(coven.home)
    assert (result.status, kinds(result)) == (CheckStatus.CRITICAL, [Kind.SOCKET_INSECURE])
    assert await coven.command("seen") == []


async def test_what_cannot_be_seen(path: Path) -> None:
    """A home that cannot be looked at (here: behind a loop of links) is not the same as no home: it says so."""
    await to_thread.run_sync(path.symlink_to, path)
    result = await look(path / "below")
    assert (state(result), kinds(result)) == (DaemonState.UNKNOWN, [Kind.WATCHDOG_BLIND])
    assert result.status is CheckStatus.WARNING


async def test_what_is_unknown(path: Path) -> None:
    """Where nothing is wrong and nothing is known either, the answer is unknown."""
    await to_thread.run_sync(path.symlink_to, path)
    result = await look(path / "below", severity={"watchdog.*": Severity.OFF})
    assert (result.status, kinds(result)) == (CheckStatus.UNKNOWN, [])


async def test_events_are_none_of_its_business(coven: SimulatedCoven) -> None:
    """A session that failed is history: it is counted, and wrong with nothing."""
    session = await coven.launch("fail")
    with anyio.fail_after(10):
        while (await coven.ask("GET", f"/api/v1/sessions/{session}")).body["status"] == "running":
            await anyio.lowlevel.checkpoint()

    result = await look(coven.home)
    assert (result.status, kinds(result)) == (CheckStatus.OK, [])
    assert result.homes[0].look.by_status == {"failed": 1}


async def test_what_is_switched_off(coven: SimulatedCoven) -> None:
    """A kind whose severity is off is not found."""
    await coven.kill()
    assert (await look(coven.home, severity={"daemon.crashed": Severity.OFF})).status is CheckStatus.OK


async def test_a_warning(coven: SimulatedCoven) -> None:
    """The severities of the configuration count."""
    await coven.kill()
    result = await look(coven.home, severity={"daemon.*": Severity.WARNING})
    assert (result.status, kinds(result)) == (CheckStatus.WARNING, [Kind.DAEMON_CRASHED])


async def test_the_worst_of_several(coven: SimulatedCoven) -> None:
    """Each home is looked at, at once, and answers in the order asked; the whole is as bad as the worst."""
    other = coven.home.with_name("other")
    result = await look(other, coven.home)
    assert [check.look.home for check in result.homes] == [str(other), str(coven.home)]
    assert result.status is CheckStatus.OK

    await coven.kill()
    result = await look(coven.home, other)
    assert [check.status for check in result.homes] == [CheckStatus.CRITICAL, CheckStatus.OK]
    assert result.status is CheckStatus.CRITICAL


async def test_without_a_listing(coven: SimulatedCoven) -> None:
    """Only health is asked for, whatever the rules would like to know; all the rest is judged as ever."""
    await coven.launch("sleep")
    before = len(await coven.command("seen"))
    home = Home(path=str(coven.home))
    with anyio.fail_after(15):
        found = (await fresh_look(Settings(homes=(home,)), [home], os.getuid(), listing=False)).homes[0]

    asked = [request["target"] for request in (await coven.command("seen"))[before:]]
    assert set(asked) == {"/api/v1/health"}
    assert (found.look.daemon.state, found.findings, found.state.listed) == (DaemonState.RUNNING, (), None)


async def test_no_homes() -> None:
    """Who looks at nothing knows nothing."""
    assert (await look()).status is CheckStatus.UNKNOWN


def test_impatience() -> None:
    """Two tries of a second each, and a ghost is one at once; the rest stays as it is configured."""
    usual = Settings(
        probe=Probe(unresponsive_after=9, health_timeout=Duration(9 * SECOND), health_interval=Duration(7 * SECOND))
    )
    probe = impatient(usual).probe
    assert (probe.unresponsive_after, probe.health_timeout, probe.health_interval) == (2, SECOND, 7 * SECOND)
    assert impatient(usual).sessions.ghost_after == 0
    assert msgspec.structs.replace(impatient(usual), probe=usual.probe, sessions=usual.sessions) == usual
