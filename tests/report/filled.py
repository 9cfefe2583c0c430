"""A database with a story in it: a crash that is open, a hang that is over, a failed session, a channel in trouble."""

from contextlib import closing
from pathlib import Path

from coven_watchdog.model.facts import EventWriter, ExitStatus, Scene, Storage
from coven_watchdog.model.incidents import Facts, Incident, Witness
from coven_watchdog.model.looks import BlindWindow, DaemonLook, HomeLook, WatchdogLook
from coven_watchdog.model.telling import Notification, Plan
from coven_watchdog.model.time import HOUR, MINUTE, SECOND
from coven_watchdog.model.words import (
    AttemptOutcome,
    Basis,
    DaemonState,
    IncidentState,
    Kind,
    NotificationState,
    Severity,
    Suppression,
    Transition,
)
from coven_watchdog.store import FILE_NAME, keeping
from coven_watchdog.store.writing import write_plan
from store.builders import (
    HOME,
    START,
    at,
    brief,
    channel_look,
    database,
    event,
    incident,
    look,
    member,
    moment,
    notification,
    service,
    step,
)

NOW = START + 5 * MINUTE
SCENE = Scene(
    taken_at=START,
    record='{"pid": 4711}',
    socket="socket, mode 0600",
    lock="free",
    log_tail=tuple(f"line {number}" for number in range(12)),
    panic=True,
    kernel="Out of memory: Killed process 4711",
)
CRASH: Incident = incident(
    "k7fq",
    facts=Facts(
        exit=ExitStatus(signal=9), exit_source="kernel", home=HOME, sessions=(brief(), brief(id="99aa", harness="claude"))
    ),
    scene=SCENE,
    witnesses=(Witness("kernel", Basis.CONTRACT, START, "killed by signal 9"),),
    tellings=2,
)
HANG: Incident = incident(
    "r2dd",
    kind=Kind.DAEMON_UNRESPONSIVE,
    state=IncidentState.RESOLVED,
    opened_at=START - 2 * HOUR,
    changed_at=START - HOUR,
    fact_at=START - 2 * HOUR,
    resolved_at=START - HOUR,
    facts=Facts(home=HOME, lost=(brief(lives_on=False),), survivors=(brief(id="77cc", lives_on=True),)),
)
FAILED: Incident = event(
    "b3xm", facts=Facts(exit=ExitStatus(code=3), exit_source="coven", sessions=(brief(exit_code=3, status="failed"),))
)
OWN: Incident = incident(
    "c4nn",
    home="",
    subject="channel:phone",
    kind=Kind.WATCHDOG_CHANNEL_FAILING,
    severity=Severity.WARNING,
    opened_at=START + MINUTE,
    facts=Facts(detail="5 tries failed: connection refused"),
)
SENT: Notification = notification("k7fq.1", "desk", state=NotificationState.SENT, sent_at=START + SECOND // 4, attempts=1)
RETRIED: Notification = notification("k7fq.1", "phone", attempts=2, next_attempt_at=NOW)
WITHHELD: Notification = notification(
    "b3xm.1", "phone", state=NotificationState.WITHHELD, suppression=Suppression.BELOW_SEVERITY, committed_at=START + MINUTE
)
LOOK: HomeLook = look(
    name="devbox",
    seen_at=NOW - 3 * SECOND,
    complete=True,
    daemon=DaemonLook(
        state=DaemonState.CRASHED,
        pid=4711,
        started_at=START - HOUR,
        api_version="coven.daemon.v1",
        coven_version="0.4.6",
        latency=26_400,
    ),
    storage=Storage(status="ok", database_bytes=12_582_912, wal_bytes=4096, free_disk_bytes=85_899_345_920),
    event_writer=EventWriter(state="pressured", dropped_events=2, committed_events=9, last_error=""),
    total=120,
    by_status={"running": 2, "completed": 100, "failed": 18},
    baseline={"failed": 18, "completed": 90},
    notes=("exits are noticed by polling: pidfd is refused",),
)


def fill(directory: Path, *, watchdog: WatchdogLook | None = None) -> Path:
    """Write the story into the database of a state directory; its path."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    plan = Plan(
        incidents=(HANG, CRASH, FAILED, OWN),
        steps=(
            step(HANG, Transition.RESOLVED, -60),
            step(CRASH, Transition.OPENED),
            step(FAILED, Transition.NOTED, 1),
            step(OWN, Transition.OPENED, 1),
        ),
        notifications=(SENT, RETRIED, WITHHELD),
        members=(member(SENT, CRASH), member(RETRIED, CRASH), member(WITHHELD, FAILED)),
    )
    attempts = (
        ("k7fq.1", "desk", 1, at(0.004).wall, AttemptOutcome.ACCEPTED, ""),
        ("k7fq.1", "phone", 1, at(0.01).wall, AttemptOutcome.TEMPORARY, "connection refused"),
        ("k7fq.1", "phone", 2, at(0.5).wall, AttemptOutcome.TIMED_OUT, "no answer within 20 s"),
    )
    with closing(database(directory)) as connection:
        write_plan(connection, plan, moment())
        keeping.keep_looks(connection, [LOOK, look("/srv/coven", name="", seen_at=START - 2 * HOUR)])
        keeping.keep_channels(
            connection,
            [
                channel_look("desk", last_sent_at=START),
                channel_look("phone", url="ntfys://****", state="failing", last_error="connection refused"),
            ],
        )
        keeping.keep_blind(connection, [BlindWindow(HOME, START - 3 * HOUR, START - 2 * HOUR, "asleep")])
        keeping.keep_watchdog(connection, watchdog or service(since=START - HOUR, seen_at=NOW - SECOND))
        connection.executemany("INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, '')", attempts)
        connection.commit()

    return directory / FILE_NAME
