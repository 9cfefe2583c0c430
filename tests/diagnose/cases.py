"""Cases for the collectors of `doctor`, made by hand: a home that is well, and what differs from that."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coven_watchdog.coven import processes
from coven_watchdog.coven.ledger import Ledger
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.decide.words import Place
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.look import HomeCheck
from coven_watchdog.model.facts import (
    Asked,
    EventWriter,
    FileFact,
    FilesSeen,
    Health,
    Identity,
    LockSeen,
    Record,
    Storage,
)
from coven_watchdog.model.incidents import Facts, Verdict, Witness
from coven_watchdog.model.looks import DaemonLook, HomeLook
from coven_watchdog.model.time import HOUR, SECOND, Instant
from coven_watchdog.model.words import (
    Basis,
    CheckStatus,
    DaemonState,
    FileType,
    Holder,
    Kind,
    Outcome,
    Route,
    Severity,
)
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState, Life

HOME = "/home/ada/.coven"
NOW = Instant(1_780_000_000 * SECOND, HOUR)
PLACE = Place("devbox", None, HOME, "/home/ada")
ME = processes.identity(os.getpid()) or Identity(os.getpid(), 0)
DIRECTORY = FileFact(FileType.DIRECTORY, 0, 0o700, 1, 1, 1, 1)
SOCKET = FileFact(FileType.SOCKET, 0, 0o600, 1, 2, 1, 0)
HEALTH = Health(
    ok=True,
    api_version="coven.daemon.v1",
    coven_version="0.4.6",
    capabilities={"sessions": True, "events": True, "afs": True, "afsMount": False},
    pid=ME.pid,
    event_writer=EventWriter("healthy", 0, 7),
    storage=Storage("ok", 1024**2, 0, 10 * 1024**3),
)
WELL = Asked(HOME, NOW, Route.HEALTH, Outcome.OK, 25_000, peer=ME, peer_uid=0, health=HEALTH)
LIFE = Life(ME, NOW, started_wall=NOW.wall - HOUR, health=HEALTH, served=NOW)
FILES = FilesSeen(HOME, NOW, DIRECTORY, SOCKET, Record(ME.pid), record_holder=Holder.DAEMON, free_bytes=10 * 1024**3)
LEDGER = Ledger({"running": 1, "completed": 4}, frozenset({"codex"}), 3 * 1024**3)


def well(home: str = HOME, **changes: Any) -> HomeCase:  # noqa: ANN401 - any field
    """A home with a running daemon in which nothing is wrong."""
    state = HomeState.new(home, NOW)
    state = replace(state, files=FILES, lock=LockSeen(HOME, NOW, (ME,)), life=LIFE, health=WELL)
    look = HomeLook(
        home=home,
        name="",
        seen_at=NOW.wall,
        boot="b",
        daemon=DaemonLook(DaemonState.RUNNING, ME, ME.pid, NOW.wall - HOUR, "coven.daemon.v1", "0.4.6"),
        storage=HEALTH.storage,
        event_writer=HEALTH.event_writer,
        free_bytes=FILES.free_bytes,
    )
    check = HomeCheck(look, (), CheckStatus.OK, state)
    case = HomeCase(HomePaths(Path(home)), check, Settings(), PLACE, NOW, ledger=LEDGER, env_path=os.environ["PATH"])
    return replace(case, **changes)


def having(case: HomeCase, look: Mapping[str, Any] | None = None, **state: Any) -> HomeCase:  # noqa: ANN401 - any field
    """The case with other facts: of the look, and of the state."""
    check = replace(case.check, look=replace(case.look, **(look or {})), state=replace(case.state, **state))
    return replace(case, check=check)


def down(state: DaemonState = DaemonState.STOPPED) -> HomeCase:
    """Nobody runs, and nothing is left behind."""
    files = FilesSeen(HOME, NOW, DIRECTORY if state is not DaemonState.ABSENT else None, free_bytes=1024**2)
    asked = Asked(HOME, NOW, Route.HEALTH, Outcome.NO_SOCKET, detail="there is no socket")
    look = {"daemon": DaemonLook(state), "storage": None, "event_writer": None, "free_bytes": 1024**2}
    return having(well(), look, files=files, lock=LockSeen(HOME, NOW), life=None, health=asked)


def finding(case: HomeCase, kind: Kind, subject: str = "daemon", severity: Severity = Severity.CRITICAL) -> HomeCase:
    """The case with a finding of the rules."""
    verdict = Verdict(
        HOME,
        subject,
        kind,
        present=True,
        severity=severity,
        witnesses=(Witness("files", Basis.CONTRACT, NOW.wall, "seen"),),
        facts=Facts(home=HOME, pid=7, identity=Identity(7, 1)),
    )
    return replace(case, check=replace(case.check, findings=(*case.check.findings, verdict)))


def said(lines: tuple[DoctorLine, ...]) -> list[tuple[str, str]]:
    """Status and words of each line."""
    return [(line.status.value, line.says) for line in lines]
