"""How a daemon ended, or that it was found ended: crashed or stopped. The kernel's word first, then what lay around."""

from dataclasses import replace

from coven_watchdog.judge.common import (
    UNKNOWN,
    Case,
    ask,
    briefs,
    by_sessions,
    internal,
    present,
    said,
    without_secrets,
    witness,
)
from coven_watchdog.model.facts import ExitStatus, FilesSeen, SessionRow
from coven_watchdog.model.incidents import Facts, Judgement, LookRequest, Verdict, Witness
from coven_watchdog.model.time import DAY, MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import DaemonState, Found, Holder, Kind, Look, Outcome, Severity
from coven_watchdog.state import Life, LiveSession

LEFTOVERS_WITHIN = 250 * MILLISECOND
_SCENE_WITHIN = 2 * SECOND
_BOOT_SLACK = 2 * SECOND
_COMPLAINED = ExitStatus(code=1)
_ABORTED = ExitStatus(signal=6)


def ended(case: Case, life: Life) -> Judgement:
    """A daemon that was seen alive is gone."""
    assert life.ended is not None
    if _wanting(case, life) and case.since(life.ended) < LEFTOVERS_WITHIN:
        return ask(case, *_wanting(case, life), wake_at=life.ended.awake + LEFTOVERS_WITHIN)

    crash = crashed(life)
    kind = Kind.DAEMON_CRASHED if crash else Kind.DAEMON_STOPPED
    looks = (LookRequest(case.state.home, Look.SCENE),) if life.scene is None and case.since(life.ended) < _SCENE_WITHIN else ()
    verdict = present(
        case,
        "daemon",
        kind,
        *_witnesses(life),
        facts=_facts(case, life),
        severity=_severity(case, kind, _hit(life) if life.sessions_known else None),
        fact_at=life.ended,
    )
    return said(replace(verdict, scene=life.scene), *looks, wake_at=_reaping(case))


def _wanting(case: Case, life: Life) -> tuple[Look, ...]:
    """What is to be seen before it is told: what it left behind, and of one that aborted itself what its log says of that."""
    log, ended = case.state.log, life.ended
    unread = life.exit == _ABORTED and ended is not None and (log is None or log.at.awake < ended.awake)
    return ((Look.FILES,) if life.leftovers is None else ()) + ((Look.LOG,) if unread else ())


def crashed(life: Life) -> bool:
    """The kernel's word decides; without it, the leftovers do; a panic in the log says so too.

    A daemon that is stopped while something still holds a session's terminal removes its files and exits with 1 (seen on 0.4.6).
    """
    left = life.leftovers
    remains = left is not None and (left.record_named or left.socket_left)
    panic = life.scene is not None and life.scene.panic and (life.health is None or life.health.tested)
    # Its files may be seen to go some milliseconds before its process does.
    orderly = life.served is not None and left is not None and (life.intact or life.socket_gone is not None)
    if life.exit is not None and not (life.exit == _COMPLAINED and orderly):
        return life.exit != ExitStatus(code=0)

    return panic or life.panicked or remains


def _hit(life: Life) -> int:
    return sum(session.own for session in life.live_at_end)


def _severity(case: Case, kind: Kind, live: int | None) -> Severity:
    if kind is Kind.DAEMON_CRASHED:
        return by_sessions(case, live)

    if case.expected:
        return Severity.CRITICAL

    return Severity.WARNING if live else Severity.INFO


def _witnesses(life: Life) -> tuple[Witness, ...]:
    assert life.ended is not None
    found = [witness(life.watch, life.ended, f"process {life.identity.pid} ended")]
    if life.exit is not None:
        found.append(witness("kernel", life.ended, exit_words(life.exit)))

    if life.leftovers is not None:
        found.append(witness("files", life.leftovers.at, _left_words(life)))

    if life.panicked or (life.scene is not None and life.scene.panic):
        found.append(internal("log", life.ended, "a panic since its start"))

    return tuple(found)


def exit_words(status: ExitStatus) -> str:
    """How a process ended, in words."""
    if status.signal is not None:
        return f"killed by signal {status.signal}"

    return "exited cleanly" if status.code == 0 else f"exited with code {status.code}"


def panic_words(life: Life) -> str:
    """That its log has a panic, and what that says."""
    if not life.panicked:
        return ""

    return f"it panicked: {without_secrets(life.panic_says)}" if life.panic_says else "its log has a panic"


def _left_words(life: Life) -> str:
    assert life.leftovers is not None
    left = [
        words
        for words, there in (
            ("daemon.json still names it", life.leftovers.record_named),
            ("its socket is still there", life.leftovers.socket_left),
        )
        if there
    ]
    return "; ".join(left) or "it removed its files"


def _facts(case: Case, life: Life) -> Facts:
    assert life.ended is not None
    own = [session for session in life.live_at_end if session.own]
    others = [session for session in life.live_at_end if session.by_coven_run and session.lives]
    files = case.state.files
    return Facts(
        exit=life.exit,
        exit_source="kernel" if life.exit else "",
        identity=life.identity,
        pid=life.identity.pid,
        home=case.state.home,
        sessions=briefs(own, life.ended),
        survivors=briefs(others, life.ended),
        sessions_known=life.sessions_known,
        detail="; ".join(part for part in (panic_words(life), life.scene.kernel if life.scene else "") if part),
        record_holder=files.record_holder if files and files.record else "",
        record_program=files.record_program if files else "",
        last_seen=life.last_good.wall if life.last_good else None,
        version=life.health.coven_version if life.health else "",
    )


def _reaping(case: Case) -> int | None:
    """While the dead pid is a zombie, a start is refused: look again whether that has changed."""
    files = case.state.files
    zombie = files is not None and files.record is not None and files.record_holder is Holder.ZOMBIE
    return case.now.awake + SECOND if zombie else None


def never_seen(case: Case, files: FilesSeen) -> Judgement:
    """No daemon was seen alive in this run: what lies around, and what the run before remembers, say what happened."""
    state = case.state
    if state.lock is None:
        return ask(case, Look.DAEMON)

    if state.lock.owners or (files.record is not None and files.record_holder is Holder.STRANGER):
        return UNKNOWN

    if files.record is not None or files.socket is not None:
        return _leftovers(case, files)

    return _nothing_left(case)


def _leftovers(case: Case, files: FilesSeen) -> Judgement:
    """Leftovers of this boot, and nobody there: an unclean death. Older ones were left by the reboot itself."""
    state = case.state
    if _left_at(files) + _BOOT_SLACK < state.booted:
        return _not_started(case)

    if state.health is None or state.health.at.awake < files.at.awake:
        return ask(case, Look.HEALTH)

    if state.health.outcome not in {Outcome.REFUSED, Outcome.NO_SOCKET}:
        return UNKNOWN

    before = state.remembered
    known = _ran(case) or (before is not None and before.daemon.state is DaemonState.CRASHED)
    rows = [row for row in before.live if not row.external] if before and known else None
    verdict = present(
        case,
        "daemon",
        Kind.DAEMON_CRASHED,
        witness("files", files.at, "what a clean stop removes is still there"),
        witness("socket", state.health.at, "it refuses connections"),
        internal("lock", state.lock.at if state.lock else files.at, "nobody holds daemon-serve.lock"),
        facts=_found_facts(case, rows),
        severity=by_sessions(case, None if rows is None else len(rows)),
        found=Found.CATCH_UP,
    )
    wanted = state.scene is None and case.since(state.began) < _SCENE_WITHIN
    looks = (LookRequest(state.home, Look.SCENE),) if wanted else ()
    return said(replace(verdict, scene=state.scene), *looks)


def _left_at(files: FilesSeen) -> int:
    """Wall µs of the youngest leftover."""
    socket = files.socket.mtime // 1000 if files.socket else 0
    return max(socket, files.record_mtime or 0)


def _nothing_left(case: Case) -> Judgement:
    before = case.state.remembered
    same = before is not None and before.boot == case.state.boot
    if before is not None and same and before.daemon.state in {DaemonState.CRASHED, DaemonState.STOPPED}:
        return said(_as_before(case, before.daemon.state))

    if _fell_in_panic(case):
        return said(_by_panic(case))

    if before is None or not same or not _ran(case):
        return _not_started(case)

    rows = [row for row in before.live if not row.external]
    severity = _severity(case, Kind.DAEMON_STOPPED, len(rows))
    seen = witness("files", case.now, "no process, no socket, no record")
    facts = _found_facts(case, rows)
    return said(present(case, "daemon", Kind.DAEMON_STOPPED, seen, facts=facts, severity=severity, found=Found.CATCH_UP))


def _fell_in_panic(case: Case) -> bool:
    """The last start that the log tells of ended in a panic, within this boot and the last day. The hook removes what a crash leaves."""
    state, log = case.state, case.state.log
    if log is None or log.start is None or log.panic is None:
        return False

    return log.panic >= max(log.start.at, state.booted, state.began.wall - DAY)


def _by_panic(case: Case) -> Verdict:
    log, before = case.state.log, case.state.remembered
    assert log is not None
    assert log.panic is not None
    rows = [row for row in before.live if not row.external] if before and _ran(case) else None
    says = f"it panicked: {without_secrets(log.panic_says)}" if log.panic_says else "its log has a panic"
    return present(
        case,
        "daemon",
        Kind.DAEMON_CRASHED,
        internal("log", Instant(log.panic, log.at.awake), "a panic since the last start"),
        witness("files", case.now, "no process, no socket, no record"),
        facts=replace(_found_facts(case, rows), detail=says),
        severity=by_sessions(case, None if rows is None else len(rows)),
        found=Found.CATCH_UP,
    )


def _as_before(case: Case, state: DaemonState) -> Verdict:
    """It was gone at the last look of the run before, and it still is: the cause stays what it was found to be."""
    kind = Kind.DAEMON_CRASHED if state is DaemonState.CRASHED else Kind.DAEMON_STOPPED
    severity = Severity.INFO if kind is Kind.DAEMON_STOPPED and not case.expected else by_sessions(case, 0)
    seen = witness("files", case.now, "still no process, no socket, no record")
    return present(case, "daemon", kind, seen, facts=_found_facts(case, ()), severity=severity, found=Found.CATCH_UP)


def _not_started(case: Case) -> Judgement:
    """Cleanly not running is a problem only where the user expects it to run."""
    if not case.expected or not case.state.existed:
        return UNKNOWN

    before = case.state.remembered
    rebooted = before is not None and before.boot != case.state.boot
    facts = Facts(home=case.state.home, detail="not started since the reboot" if rebooted else "not started")
    seen = witness("files", case.now, "nobody holds its lock, and nothing serves")
    return said(present(case, "daemon", Kind.DAEMON_STOPPED, seen, facts=facts, severity=Severity.CRITICAL))


def _ran(case: Case) -> bool:
    before = case.state.remembered
    return before is not None and before.daemon.identity is not None and before.daemon.state not in _NOT_RUNNING


_NOT_RUNNING = frozenset({DaemonState.CRASHED, DaemonState.STOPPED, DaemonState.ABSENT})


def _found_facts(case: Case, rows: list[SessionRow] | tuple[SessionRow, ...] | None) -> Facts:
    before, files = case.state.remembered, case.state.files
    sessions = [LiveSession(row, case.state.began) for row in rows or ()]
    return Facts(
        home=case.state.home,
        sessions=briefs(sessions, case.state.began),
        sessions_known=rows is not None,
        identity=before.daemon.identity if before else None,
        pid=before.daemon.pid if before else files.record.pid if files and files.record else None,
        between=(before.seen_at, case.state.began.wall) if before else None,
        record_holder=files.record_holder if files and files.record else "",
        detail="found so; the cause cannot be known afterwards",
    )
