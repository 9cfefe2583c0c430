"""Incidents, messages and plans for tests: whole values with a few details changed."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from coven_watchdog.model.facts import Identity, SessionRow
from coven_watchdog.model.incidents import Facts, Incident, SessionBrief, Step, Witness
from coven_watchdog.model.looks import BlindWindow, ChannelLook, DaemonLook, HomeLook, WatchdogLook
from coven_watchdog.model.telling import Attempt, Member, Notification, Plan, Silence, World
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import (
    AttemptOutcome,
    Basis,
    DaemonState,
    Form,
    IncidentState,
    Kind,
    NotificationState,
    Reason,
    Severity,
    Transition,
)
from coven_watchdog.store.connection import FILE_NAME, connect, make_durable, prepare
from coven_watchdog.store.migrations import migrate
from coven_watchdog.store.moment import Moment

START = 1_780_000_000 * SECOND
HOME = "/home/ada/.coven"
BOOT = "boot-one"


def at(minutes: float = 0) -> Instant:
    """So many minutes after the beginning of the test."""
    passed = round(minutes * MINUTE)
    return Instant(wall=START + passed, awake=500 * SECOND + passed)


def moment(minutes: float = 0, boot: str = BOOT) -> Moment:
    """The same with a boot."""
    return Moment(at(minutes), boot)


def brief(**changes: Any) -> SessionBrief:  # noqa: ANN401 - any field
    """A session as messages name it."""
    plain = SessionBrief(
        id="3f0c", harness="codex", project="shop", project_root="/home/ada/shop", title="add a cart", ran_for=MINUTE
    )
    return replace(plain, **changes)


def incident(name: str = "k7fq", **changes: Any) -> Incident:  # noqa: ANN401 - any field
    """An open crash of the daemon."""
    plain = Incident(
        id=name,
        home=HOME,
        subject="daemon",
        kind=Kind.DAEMON_CRASHED,
        form=Form.STATE,
        severity=Severity.CRITICAL,
        state=IncidentState.OPEN,
        opened_at=START,
        changed_at=START,
        fact_at=START,
        tellings=1,
        witnesses=(Witness("kernel", Basis.CONTRACT, START, "killed by signal 9"),),
        facts=Facts(identity=Identity(4711, 99), sessions=(brief(),)),
    )
    return replace(plain, **changes)


def event(name: str = "b3xm", **changes: Any) -> Incident:  # noqa: ANN401 - any field
    """A session that failed."""
    plain = incident(
        name,
        subject="session:3f0c",
        kind=Kind.SESSION_FAILED,
        form=Form.EVENT,
        severity=Severity.WARNING,
        state=IncidentState.NOTED,
        occurrence="1",
    )
    return replace(plain, **changes)


def notification(name: str = "k7fq.1", channel: str = "desk", **changes: Any) -> Notification:  # noqa: ANN401 - any field
    """A first word, waiting to be sent."""
    plain = Notification(
        id=name,
        channel=channel,
        incident=name.partition(".")[0],
        reason=Reason.FIRST,
        state=NotificationState.QUEUED,
        fact_at=START,
        committed_at=START,
        due_at=START,
    )
    return replace(plain, **changes)


def member(message: Notification, snapshot: Incident, role: Reason | None = None) -> Member:
    """An incident inside a message."""
    return Member(message.id, message.channel, snapshot.id, role or message.reason, snapshot)


def step(changed: Incident, transition: Transition = Transition.OPENED, minutes: float = 0, *, worse: bool = False) -> Step:
    """What happened to it."""
    return Step(changed, transition, at(minutes), worse=worse)


def story(changed: Incident, *messages: Notification, transition: Transition = Transition.OPENED) -> Plan:
    """One incident, one step of it, and the messages that tell it."""
    return Plan(
        incidents=(changed,),
        steps=(step(changed, transition),),
        notifications=messages,
        members=tuple(member(message, changed) for message in messages),
    )


def always(plan: Plan) -> Callable[[World], Plan]:
    """A decision that does not look at the world."""
    return lambda _: plan


def look(home: str = HOME, **changes: Any) -> HomeLook:  # noqa: ANN401 - any field
    """A home with a running daemon and a live session."""
    row = SessionRow("3f0c", "/home/ada/shop", "codex", "", "running", None, START, START)
    plain = HomeLook(
        home=home,
        name="coven",
        seen_at=START,
        boot=BOOT,
        daemon=DaemonLook(state=DaemonState.RUNNING, identity=Identity(4711, 99), pid=4711),
        by_status={"running": 1},
        live=(row,),
    )
    return replace(plain, **changes)


def service(**changes: Any) -> WatchdogLook:  # noqa: ANN401 - any field
    """A running service."""
    plain = WatchdogLook(pid=4242, started=7, boot=BOOT, since=START, seen_at=START, version="0.1.0", config="/etc/c.toml")
    return replace(plain, **changes)


def channel_look(name: str = "desk", **changes: Any) -> ChannelLook:  # noqa: ANN401 - any field
    """A channel that delivers."""
    return replace(ChannelLook(name=name, url="desktop://", state="ok"), **changes)


def blind(since: int = START, to: int | None = None, home: str = HOME) -> BlindWindow:
    """Nobody watched."""
    return BlindWindow(home, since, to, "asleep")


def silence(name: str = "s-k7f", **changes: Any) -> Silence:  # noqa: ANN401 - any field
    """Everything is silenced for two hours."""
    plain = Silence(id=name, until=at(120).wall, reason="upgrading", by="ada (bash, pid 77)", at=START)
    return replace(plain, **changes)


def accepted(minutes: float = 0, receipt: str = "") -> Attempt:
    """A try that the service took."""
    return Attempt(at(minutes).wall, AttemptOutcome.ACCEPTED, "", receipt)


def refused(minutes: float = 0, error: str = "connection refused") -> Attempt:
    """A try that may be made again."""
    return Attempt(at(minutes).wall, AttemptOutcome.TEMPORARY, error)


def database(directory: Path) -> sqlite3.Connection:
    """A file of the newest schema, open for writing."""
    path = directory / FILE_NAME
    prepare(path)
    connection = connect(path)
    make_durable(connection)
    migrate(connection, START)
    return connection


def counts(connection: sqlite3.Connection, *tables: str) -> tuple[int, ...]:
    """How many rows each table has."""
    return tuple(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
