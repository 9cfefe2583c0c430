"""One life of the service: from a fact to the message, over restarts, reloads and replaced packages."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.daemon import run
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.instance import single_instance
from coven_watchdog.daemon.supervisor import Supervisor
from coven_watchdog.errors import AlreadyRunningError, ConfigError, StoreError
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import IncidentState, Kind
from coven_watchdog.simulated import stamps
from coven_watchdog.simulated.control import SimulatedCoven
from coven_watchdog.store import StoreReader
from coven_watchdog.store.requests import request_test
from daemon.conftest import Button, Coven, Service
from rigs.program import Program
from rigs.simulated import simulation
from waiting import until


async def ended(simulated: SimulatedCoven, session: str) -> None:
    """Wait until the ledger says that it is over."""
    with anyio.fail_after(15):
        while (await simulated.ask("GET", f"/api/v1/sessions/{session}")).body["status"] == "running":
            await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
async def test_a_crash_and_a_recovery(service: Service, coven: Coven) -> None:
    """The crash arrives with what it hit, the recovery with what was lost; the end is clean."""
    async with coven() as simulated:
        await simulated.launch("sleep")
        async with service.running():
            await simulated.kill()
            assert await service.letters(1) == ["daemon.crashed"]

            await simulated.start()
            assert await service.letters(2) == ["daemon.crashed", "daemon.crashed"]

    assert "1 session hit" in service.inbox.letters[0].title
    assert "1 session lost" in service.inbox.letters[1].title
    assert service.inbox.letters[0].incident == service.inbox.letters[1].incident
    assert service.codes == [0]


@pytest.mark.anyio
async def test_nothing_is_forgotten_over_a_restart(service: Service, coven: Coven) -> None:
    """What was open stays open under its id; its end is told by the next life."""
    async with coven() as simulated:
        async with service.running():
            await simulated.kill()
            await service.letters(1)

        async with service.running():
            await simulated.start()
            await service.letters(2)

    first, last = service.inbox.letters
    assert (first.incident, last.type) == (last.incident, "success"), last.text


@pytest.mark.anyio
async def test_a_gap_is_written_down(service: Service) -> None:
    """When it did not run, it did not watch, and says so."""
    for _ in range(2):
        async with service.running():
            pass

    await service.until(lambda store: [window.why for window in store.blind_windows(0)] == ["the watchdog did not run"])


class TestSessions:
    """Live sessions with a trouble of their own: from the fault to the message, and from its end to the next."""

    SOON = """
        [probe]
        session_interval = "2s"
        [sessions]
        ghost_after = "1s"
        stuck_after = "1s"
        waiting_after = "1s"
        stalled_after = "1s"
    """
    LIVE = frozenset({Kind.SESSION_GHOST, Kind.SESSION_STUCK, Kind.SESSION_WAITING, Kind.SESSION_STALLED})

    @pytest.mark.anyio
    async def test_what_needs_somebody(self, service: Service, coven: Coven) -> None:
        """A ghost, a launch that hangs, a prompt and one that a signal stopped: each is told with its project, and all are over."""
        service.write(self.SOON)
        async with coven() as simulated:
            ago = dict.fromkeys(("created_at", "updated_at"), stamps.written(clock.now().wall - MINUTE))
            stuck = ago | {"id": "stuck", "execution_binding": "{}", "project_root": "/nowhere/promised"}
            noted = ago | {"id": "noted", "project_root": "/nowhere/later"}
            await simulated.command("seed", rows=[stuck, noted])
            asked, pipes = [await to_thread.run_sync(simulated.project, name) for name in ("asked", "piped")]
            asks = await simulated.launch("sleep", project=asked)
            piped = await simulated.launch("tick=600", project=pipes, launchMode="nonInteractive")
            soon = dict.fromkeys(("created_at", "updated_at"), stamps.written(clock.now().wall + 2 * SECOND))
            ghost = soon | {"id": "ghost", "status": "running", "project_root": "/nowhere/haunted"}
            await simulated.command("seed", rows=[ghost])
            harness = (await simulated.command("pids"))[piped]
            os.kill(harness, signal.SIGSTOP)
            async with service.running():
                await service.until(lambda store: self.kinds(store, IncidentState.OPEN) >= self.LIVE, 60)
                os.kill(harness, signal.SIGCONT)
                await simulated.ask("POST", f"/api/v1/sessions/{asks}/kill")
                await self.ended(simulated, "ghost", "stuck")
                await service.until(lambda store: self.kinds(store, IncidentState.RESOLVED) >= self.LIVE, 60)

        told = "\n".join(letter.text for letter in service.inbox.letters)
        for words in ("haunted is a ghost", "promised does not start", "asked waits for you", "piped stalled"):
            assert words in told

        for words in ("A ghost session is gone", "A session is stuck no more", "A session works again"):
            assert words in told

        assert "later" not in told
        assert "A session goes on" not in told

    @staticmethod
    def kinds(store: StoreReader, state: IncidentState) -> frozenset[Kind]:
        """What is in that state."""
        return frozenset(one.kind for one in store.incidents() if one.state is state)

    @staticmethod
    async def ended(simulated: SimulatedCoven, *sessions: str) -> None:
        """Their rows say that they are over."""

        def write() -> None:
            with closing(sqlite3.connect(simulated.home / "coven.sqlite3")) as ledger, ledger:
                change = "UPDATE sessions SET status = 'completed', exit_code = 0, updated_at = ? WHERE id = ?"
                ledger.executemany(change, [(stamps.now(), session) for session in sessions])

        await to_thread.run_sync(write)


class TestOnce:
    """`--once`: look, write down, tell, end."""

    @pytest.mark.anyio
    async def test_no_home(self, service: Service) -> None:
        """There is nothing to tell of a home that never was."""
        assert await service.once() == 0
        assert service.inbox.letters == []
        assert await self.state(service) == "absent"

    @pytest.mark.anyio
    async def test_running(self, service: Service, coven: Coven) -> None:
        """All is well, and the whole ledger was looked at."""
        async with coven() as simulated:
            await simulated.launch("sleep")
            assert await service.once() == 0

        assert service.inbox.letters == []
        look = (await service.read(lambda store: store.looks()))[str(service.home)]
        assert (look.daemon.state, look.complete, len(look.live)) == ("running", True, 1)

    @pytest.mark.anyio
    async def test_stopped(self, service: Service, coven: Coven) -> None:
        """A daemon that was never seen to run and is cleanly down is no news."""
        async with coven() as simulated:
            await simulated.stop()
            assert await service.once() == 0

        assert service.inbox.letters == []
        assert await self.state(service) == "stopped"

    @pytest.mark.anyio
    async def test_crashed(self, service: Service, coven: Coven) -> None:
        """What patience would wait for is told at once; the next time only what has changed."""
        async with coven() as simulated:
            await simulated.kill()
            assert await service.once() == 0
            assert await service.once() == 0
            assert [letter.kind for letter in service.inbox.letters] == ["daemon.crashed"]

            await simulated.start()
            assert await service.once() == 0

        assert [letter.type for letter in service.inbox.letters][1:] == ["success"]

    @pytest.mark.anyio
    async def test_hanging(self, service: Service, coven: Coven) -> None:
        """Two tries are enough to say that it hangs."""
        async with coven() as simulated:
            await simulated.misbehave("hang")
            assert await service.once() == 0

        assert [letter.kind for letter in service.inbox.letters] == ["daemon.unresponsive"]

    @pytest.mark.anyio
    async def test_what_ended_between_two_looks(self, service: Service, coven: Coven) -> None:
        """Sessions that ended while nobody looked are told by the next look, which asks first whether they had done anything."""
        async with coven() as simulated:
            sessions = [await simulated.launch("sleep", launchMode="nonInteractive"), await simulated.launch("sleep")]
            assert await service.once() == 0
            for pid in (await simulated.command("pids")).values():
                os.kill(pid, signal.SIGKILL)

            for session in sessions:
                await ended(simulated, session)

            assert await service.once() == 0

        told = "\n".join(letter.text for letter in service.inbox.letters)
        assert all(word in told for word in ("in shop failed", "in shop crashed"))

    @pytest.mark.anyio
    async def test_a_state_directory_that_cannot_be_used(self, service: Service, coven: Coven) -> None:
        """It tells all the same, and says that nothing is recorded."""
        await to_thread.run_sync(service.state.touch)
        async with coven() as simulated:
            await simulated.kill()
            assert await service.once() == 0

        (letter,) = (letter for letter in service.inbox.letters if letter.kind == "daemon.crashed")
        assert "Not recorded: " in letter.body

    @staticmethod
    async def state(service: Service) -> str:
        """The daemon's state in the last look."""
        looks = await service.read(lambda store: store.looks())
        return str(looks[str(service.home)].daemon.state)


class TestReload:
    """New settings while it runs."""

    @pytest.mark.anyio
    async def test_an_edit_takes_effect_and_a_fault_does_not(self, service: Service, coven: Coven) -> None:
        """A new home is watched; an invalid file is said once and the old settings stay."""
        other = service.home.with_name("other")
        async with coven() as simulated, SimulatedCoven(other) as second, service.running() as button:
            service.write(homes=(service.home, other))
            await service.until(lambda store: len(store.looks()) > 1)
            service.put("homes = 5\n")
            assert await service.letters(1) == ["watchdog.config_invalid"]

            assert button.hangup is not None
            button.hangup()
            await second.kill()
            assert (await service.letters(2))[1] == "daemon.crashed"

            service.write(homes=(service.home, other))
            assert (await service.letters(3))[2] == "watchdog.config_invalid"
            assert simulated.running

        assert [letter.type for letter in service.inbox.letters] == ["warning", "warning", "success"]

    @pytest.mark.anyio
    async def test_a_signal(self, service: Service) -> None:
        """SIGHUP does what an edit does, at once."""
        other = service.home.with_name("other")
        async with service.running() as button:
            service.write(homes=(other,))
            assert button.hangup is not None
            button.hangup()
            await service.until(lambda store: list(store.looks()) == [str(other)])

    @pytest.mark.anyio
    async def test_a_home_that_is_removed(self, service: Service, coven: Coven) -> None:
        """What was open about it is withdrawn, which is told, and it is not shown any more."""
        other = service.home.with_name("other")
        async with coven() as simulated, service.running():
            await simulated.kill()
            await service.letters(1)
            service.write(homes=(other,))
            await service.letters(2)
            await service.until(lambda store: list(store.looks()) == [str(other)])

        assert "No longer watched" in service.inbox.letters[1].title
        assert service.inbox.letters[0].incident == service.inbox.letters[1].incident

    @pytest.mark.anyio
    async def test_a_home_that_was_removed_meanwhile(self, service: Service, coven: Coven) -> None:
        """The same at the next start, when it is removed while nobody watches."""
        async with coven() as simulated:
            async with service.running():
                await simulated.kill()
                await service.letters(1)

            service.write(homes=(service.home.with_name("other"),))
            async with service.running():
                await service.letters(2)

        assert "No longer watched" in service.inbox.letters[1].title
        assert await service.read(lambda store: store.incidents(open_only=True)) == ()

    @pytest.mark.anyio
    async def test_a_fault_that_was_mended_meanwhile(self, service: Service) -> None:
        """Trouble with the configuration is over once the service has started with it."""
        async with service.running():
            service.put("homes = 5\n")
            await service.letters(1)

        service.write()
        async with service.running():
            assert await service.letters(2) == ["watchdog.config_invalid"] * 2

        assert service.inbox.letters[1].type == "success"

    @pytest.mark.anyio
    async def test_an_edit_during_the_start(self, service: Service) -> None:
        """What is edited after it was read and before files are looked at is not missed."""
        other = service.home.with_name("other")
        options = service.options()
        button = Button()
        supervisor = await to_thread.run_sync(lambda: Supervisor(options, Configuration(options), button))
        service.write(homes=(other,))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(supervisor.main)
            await service.until(lambda store: list(store.looks()) == [str(other)])
            button.pressed.set()


@pytest.mark.anyio
async def test_what_a_command_asks_for(service: Service) -> None:
    """A test message that another process put into the store is sent by the service."""
    async with service.running():
        path = service.state / "watchdog.sqlite3"
        await to_thread.run_sync(lambda: request_test(path, ["sink"], clock.now().wall))
        await service.letters(1)


@pytest.mark.anyio
async def test_nobody_would_be_told(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Where the only channel is a desktop that is not there, status and log say so."""
    service.write(channels="")
    async with service.running():
        await service.until(lambda store: (own := store.watchdog()) is not None and own.notes != ())
        own = await service.read(lambda store: store.watchdog())

    assert own is not None
    assert own.notes[0].startswith("nobody would be told: ")
    assert own.notes[0] in caplog.messages


class TestEnds:
    """What else than a signal ends it."""

    @pytest.mark.anyio
    async def test_a_replaced_package(self, service: Service, coven: Coven, caplog: pytest.LogCaptureFixture) -> None:
        """When the couriers are of another version, it ends with 75; the message is still there for the next life."""
        courier = service.base / "upgraded" / "coven_watchdog" / "deliver" / "courier.py"
        courier.parent.mkdir(parents=True)
        courier.write_text('import sys\nsys.stdout.write(\'{"ready": "99"}\\n\')\nsys.stdout.flush()\nsys.stdin.read()\n')
        for package in (courier.parent, courier.parent.parent):
            (package / "__init__.py").touch()

        options = service.options()
        options = replace(options, environ={**options.environ, "PYTHONPATH": str(service.base / "upgraded")})
        supervisor = await to_thread.run_sync(lambda: Supervisor(options, Configuration(options), Button()))
        async with coven() as simulated:
            await simulated.kill()
            with anyio.fail_after(30):
                assert await supervisor.main() == 75

            assert any("replaced" in message for message in caplog.messages)
            async with service.running():
                assert await service.letters(1) == ["daemon.crashed"]

    @pytest.mark.anyio
    async def test_a_store_that_takes_nothing(self, service: Service, coven: Coven) -> None:
        """What cannot be written is not told: the service ends with the store's own words."""
        async with coven() as simulated:
            with pytest.RaisesGroup(pytest.RaisesExc(StoreError, match="no such table: incident")):
                async with service.running():
                    await service.sql("ALTER TABLE incident RENAME TO hidden")
                    await simulated.kill()
                    await anyio.sleep_forever()

        assert service.inbox.letters == []

    @pytest.mark.anyio
    async def test_a_fault_of_ours(self, service: Service) -> None:
        """An exception that should not be is not dressed up."""

        class Deaf(Button):
            async def hear(self, *_: object, **__: object) -> None:
                raise RuntimeError

        supervisor = await to_thread.run_sync(lambda: Supervisor(service.options(), Configuration(service.options()), Deaf()))
        with pytest.raises(ExceptionGroup):
            await supervisor.main()


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Another program has the database and does not let go."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


@pytest.fixture
def program(service: Service) -> Iterator[Program]:
    """The service as a process of its own, on the same configuration and state; not started yet."""
    with closing(Program(service.base, service.config.read_text(encoding="utf-8"))) as made:
        yield made


class TestProcess:
    """Its end as a process."""

    def test_every_channel_hangs(self, service: Service, program: Program) -> None:
        """SIGTERM in the middle of deliveries that never end: a clean end within the five seconds; nothing is lost."""
        more = (f'[[channels]]\nname = "more{number}"\nurl = "{service.inbox.url}"\n' for number in range(4))
        service.inbox.hang()
        with simulation() as simulated:
            service.write(homes=(simulated.home,))
            program.write(service.config.read_text(encoding="utf-8") + "".join(more))
            program.start()
            simulated.kill()
            until(lambda: program.rows("SELECT count(*) FROM notification WHERE claimed_by IS NOT NULL") == [(5,)])
            assert program.stop() == 0

        assert "stopped" in program.said
        assert program.rows("SELECT DISTINCT state FROM notification") == [("queued",)]

    def test_before_it_is_armed(self, program: Program) -> None:
        """SIGTERM while it is starting is heard too, and SIGHUP does not kill it."""
        program.start(armed=False)
        until(lambda: program.try_rows("SELECT 1 FROM watchdog_look") or program.log.stat().st_size > 0)
        os.kill(program.pid, signal.SIGHUP)
        assert program.stop() == 0

    def test_two_hangups_and_an_end(self, program: Program) -> None:
        """Reloads do not disturb the end."""
        program.start()
        for _ in range(2):
            os.kill(program.pid, signal.SIGHUP)

        assert program.stop(signal.SIGINT) == 0

    def test_the_store_hangs(self, service: Service, program: Program) -> None:
        """While another program holds the database the last looks cannot be kept: it ends in time, as failed."""
        program.start()
        with held(service.state / "watchdog.sqlite3"):
            assert program.stop(seconds=20) == 1

    def test_whoever_presses_twice(self, service: Service, program: Program) -> None:
        """A second Ctrl-C does not wait for the store."""
        program.start()
        with held(service.state / "watchdog.sqlite3"):
            os.kill(program.pid, signal.SIGINT)
            until(lambda: "SIGINT: stopping" in program.said)
            assert program.stop(signal.SIGINT) == 130


class TestRun:
    """`run`, from options to an exit code."""

    def test_one_look(self, service: Service) -> None:
        """It holds the state directory, looks, and lets go of it."""
        assert run(service.options(once=True)) == 0
        assert run(service.options(once=True)) == 0
        assert (service.state / "watchdog.lock").read_text(encoding="ascii") == f"{os.getpid()}\n"

    def test_only_one(self, service: Service) -> None:
        """A second one is refused before it touches anything."""
        with single_instance(service.state), pytest.raises(AlreadyRunningError, match=str(os.getpid())):
            run(service.options(once=True))

        assert not (service.state / "watchdog.sqlite3").exists()

    def test_a_faulty_configuration(self, service: Service) -> None:
        """It is refused before the state directory is made."""
        service.put("homes = 5\n")
        with pytest.raises(ConfigError):
            run(service.options())

        assert not service.state.exists()


class TestAppriseFiles:
    """Channels from an Apprise file."""

    TEAM = '[[channels]]\nname = "team"\napprise_config = "~/apprise.conf"\ntags = ["oncall"]\nmin_severity = "info"\n'

    @pytest.mark.anyio
    async def test_each_service_is_told(self, service: Service, coven: Coven) -> None:
        """An edit of the file alone changes who is told; a fault in it is told where it can be, until it is mended."""
        service.write(channels=self.TEAM)
        service.put_apprise(f"oncall={service.inbox.url}a\n")
        async with coven() as simulated, service.running():
            await simulated.kill()
            await service.letters(1)
            service.put_apprise(f"oncall={service.inbox.url}a\noncall={service.inbox.url}b\n")
            await service.until(lambda store: [look.name for look in store.channels()] == ["team/1", "team/2"])

            service.put_apprise("oncall=tgram://s3cr3t\n")
            await service.until(lambda store: self.troubled(store) == ["open"])
            service.put_apprise(f"oncall={service.inbox.url}a\n")
            await service.until(lambda store: self.troubled(store) == ["resolved"])
            await service.until(lambda store: [look.name for look in store.channels()] == ["team/1"])

        told = "\n".join(letter.text for letter in service.inbox.letters)
        assert "Apprise does not take line 1" in told
        assert "s3cr3t" not in told

    @pytest.mark.anyio
    async def test_once(self, service: Service, coven: Coven) -> None:
        """Cron's pass tells each of them as well."""
        service.write(channels=self.TEAM)
        service.put_apprise(f"oncall={service.inbox.url}a\noncall={service.inbox.url}b\nother={service.inbox.url}c\n")
        async with coven() as simulated:
            await simulated.kill()
            assert await service.once() == 0

        assert [letter.kind for letter in service.inbox.letters] == ["daemon.crashed"] * 2

    @staticmethod
    def troubled(store: StoreReader) -> list[str]:
        """The states of what was told of the configuration."""
        return [one.state.value for one in store.incidents() if one.kind is Kind.WATCHDOG_CONFIG_INVALID]
