"""Ordinary life on a real Coven: what people do with it all day, and what of that is to be told. Each act waits until it has happened."""

import os
import shutil
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rigs.coven import CovenRun, RealCoven
from rigs.told import Due, Told
from waiting import until

_LONG = 90
_OVER = frozenset({"session.failed", "session.crashed"})


class Life:
    """What happens on one Coven.

    Args:
        coven: started already. For `upgrades` its program must be a copy, of `own_copy`.
        told: the ledger that is told what is due.
    """

    def __init__(self, coven: RealCoven, told: Told) -> None:
        self.coven = coven
        self.told = told
        self.sessions: list[str] = []

    # Sessions of the daemon

    def completes(self, **more: object) -> str:
        """A session runs and is done; nothing to tell. `more`: keys of the launch."""
        session = self.launch("hello", **more)
        self.coven.wait_row(session)
        return session

    def fails(self, **more: object) -> None:
        """A session gives up."""
        session = self.launch("after=1,3", **more)
        self.told.due(Due.session(session, "session.failed"))
        self.ended(session)

    def crashes(self) -> None:
        """A session dies of a signal; of one that is over before it could be watched, nobody knows that."""
        session = self.launch("crash")
        self.told.due(Due.session(session, *_OVER))
        self.ended(session)

    def is_refused(self) -> None:
        """Launches that Coven refuses leave no row; their caller knows."""
        assert self.coven.try_launch("hello", harness="nobody")[0] == 400
        assert self.coven.try_launch("hello", cwd="/")[0] == 400

    def leaves_something_behind(self) -> str:
        """A harness is done and leaves a child that holds its terminal: Coven waits for that one, the session goes on."""
        prompt = f"fork=60 {uuid.uuid4()}"
        session = self.launch(prompt)
        harness = self.coven.harness(prompt)
        until(lambda: not Path(f"/proc/{harness}").exists())
        return session

    def takes_a_turn(self) -> None:
        """A turn of a conversation is over: the session is idle, and has no process."""
        assert self.coven.row(self.completes(conversationId=str(uuid.uuid4())))["status"] == "idle"

    def is_answered(self) -> None:
        """A session waits at its prompt, and somebody answers."""
        self.answers(self.asks())

    def answers(self, session: str) -> None:
        """Somebody answers one that waits."""
        # Coven drops the echo of an input at times, and counts that as output that was too much (seen on 0.4.6).
        self.told.due(Due("event_writer", frozenset({"event_writer.pressured"}), told=False, must=False))
        status, answer = self.coven.api("POST", f"/api/v1/sessions/{session}/input", {"data": "y\n"})
        assert status == 202, answer
        assert self.ended(session) == "completed"

    def asks(self) -> str:
        """A session that waits at its prompt from now on."""
        session = self.launch(f"ask=3000 {uuid.uuid4()}")
        until(lambda: self.coven.api("GET", f"/api/v1/sessions/{session}/events?limit=5")[1]["events"])
        return session

    def is_killed(self, session: str | None = None) -> None:
        """Somebody kills a session, over the API."""
        session = session or self.works()
        self.told.due(Due.session(session, "session.killed", told=False))
        assert self.coven.api("POST", f"/api/v1/sessions/{session}/kill")[0] == 202
        self.ended(session)

    def is_killed_by_command(self) -> None:
        """Somebody kills a session, with `coven kill`."""
        session = self.works()
        self.told.due(Due.session(session, "session.killed", told=False))
        self.command("kill", session[:8])
        self.ended(session)

    def burst(self, count: int = 20) -> None:
        """Many launches at once."""
        with ThreadPoolExecutor(8) as threads:
            for session in threads.map(lambda number: self.launch(f"after={number % 3},0 {number}"), range(count)):
                self.ended(session)

    def works(self, seconds: float = 3000, **more: object) -> str:
        """A session that lives and prints nothing; its harness has started."""
        prompt = f"sleep={seconds} {uuid.uuid4()}"
        session = self.launch(prompt, **more)
        self.coven.harness(prompt)
        return session

    # The ledger

    def external(self) -> None:
        """Somebody registers a session that runs elsewhere, and completes it."""
        session = f"outside-{uuid.uuid4()}"
        body = {"id": session, "projectRoot": str(self.coven.project), "harness": "codex", "title": "elsewhere"}
        assert self.coven.api("POST", "/api/v1/sessions/external", body)[0] == 201
        assert self.coven.api("POST", f"/api/v1/sessions/{session}/complete", {"exitCode": 0})[0] == 200

    def detached(self) -> None:
        """`coven run --detach`: a row, and no process by design. Coven gives it up after ten minutes; nobody is told either."""
        self.command("run", "--detach", "codex", "later")

    def archived(self) -> None:
        """A row is put away."""
        self.command("archive", self.completes())

    def sacrificed(self) -> None:
        """A row is deleted for good."""
        self.command("sacrifice", self.completes(), "--yes")

    # Terminals of somebody's own

    def run_completes(self) -> None:
        """`coven run` to its end."""
        self._run("after=1,0")

    def run_fails(self) -> None:
        """What fails in somebody's own terminal is seen there."""
        self._run("after=4,3")

    def run_fails_at_once(self) -> None:
        """What is over before it could be watched is somebody's own, too."""
        self._run("fail=1")

    def run_is_interrupted(self) -> None:
        """Ctrl-C."""
        before = self._rows()
        run = self.coven.run(f"tick=3000 {uuid.uuid4()}")
        until(lambda: "tick" in run.terminal.shown)
        self._followed(self._rows() - before)
        run.terminal.type("\x03")
        self.coven.reaper.wait(run.pid)

    def run_is_closed(self) -> str:
        """A window is closed. Coven leaves the row running for ever: in the end that is told, as an info."""
        before = self._rows()
        run = self.waits_in_a_terminal()
        (session,) = self._rows() - before
        self.told.due(Due.session(session, "session.ghost", must=False))
        run.terminal.close()
        self.coven.reaper.wait(run.pid)
        return session

    def waits_in_a_terminal(self) -> CovenRun:
        """A `coven run` that waits at its prompt from now on."""
        run = self.coven.run(f"ask=3000 {uuid.uuid4()}")
        until(lambda: "fake codex" in run.terminal.shown)
        return run

    def asks_in_a_terminal(self) -> str:
        """The same; its session."""
        before = self._rows()
        self.waits_in_a_terminal()
        (session,) = self._rows() - before
        return session

    def _run(self, prompt: str) -> None:
        run = self.coven.run(f"{prompt} {uuid.uuid4()}")
        self.coven.reaper.wait(run.pid)

    # The daemon

    def restarts(self) -> None:
        """`coven daemon restart`: told once, whatever it costs."""
        self.told.due(Due("daemon", frozenset({"daemon.restarted"})))
        self.coven.restart()

    def stops_and_starts(self) -> None:
        """`coven daemon stop` and, soon after, `start`: told as one restart."""
        self.told.due(Due("daemon", frozenset({"daemon.restarted"})))
        done = self.coven.stop()
        assert done.code == 0, done
        self.coven.start()

    def upgrades(self) -> None:
        """The program is replaced, as package managers do it: by a rename. The daemon runs on from the old one."""
        self.told.due(Due("program", frozenset({"daemon.outdated"}), told=False))
        new = shutil.copy(self.coven.program, self.coven.base / "coven.new")
        Path(new).rename(self.coven.program)

    # Around it

    def nap(self, pid: int, seconds: int = 20) -> None:
        """The watchdog stands still for as long as a session lives, as on a machine that sleeps, and comes back late."""
        os.kill(pid, signal.SIGSTOP)
        try:
            self.ended(self.works(seconds))
        finally:
            os.kill(pid, signal.SIGCONT)

    # Helpers

    def settles(self, seconds: int) -> None:
        """A session lives for so long: what has to last that long before it is told has been judged."""
        self.ended(self.works(seconds))

    def launch(self, prompt: str, **more: object) -> str:
        """Start a session and remember its id."""
        session = self.coven.launch(prompt, **more)  # type: ignore[arg-type]  # keys of the request
        self.sessions.append(session)
        return session

    def ended(self, session: str) -> str:
        """How it ended, once it has."""
        over = {"completed", "failed", "killed", "idle", "orphaned"}
        return str(until(lambda: row if (row := self.coven.row(session))["status"] in over else None, _LONG)["status"])

    def command(self, *arguments: str) -> None:
        """A command of Coven's that must work."""
        done = self.coven.cli(*arguments)
        assert done.code == 0, done

    def _followed(self, sessions: set[str]) -> None:
        """Wait until the watchdog knows of these."""
        until(
            lambda: all(self.told.program.rows(f"SELECT 1 FROM home_look WHERE doc LIKE '%{one}%'") for one in sessions), _LONG
        )

    def _rows(self) -> set[str]:
        return {row["id"] for row in self.coven.api("GET", "/api/v1/sessions")[1]}


def own_copy(coven: RealCoven) -> None:
    """Give this Coven, not started yet, a program of its own that may be replaced."""
    coven.program = Path(shutil.copy(coven.program, coven.base / "coven"))
