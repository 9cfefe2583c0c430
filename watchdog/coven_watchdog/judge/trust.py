"""Whether the home and what stands in it are what they must be: the directory, the socket, the record, the peer."""

import shlex

from coven_watchdog.judge.common import UNKNOWN, Case, ask, clear, internal, present, said, without_secrets, witness
from coven_watchdog.model.facts import Asked, FileFact, FilesSeen
from coven_watchdog.model.incidents import Facts, Judgement
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import FileType, Holder, Kind, Look, Outcome, Severity

_RECHECK = SECOND
_LOCK_FRESH = 2 * SECOND
_READ_BY_COVEN = 16 * 1024


def home_trust(case: Case) -> Judgement:
    """The worst problem of home and socket, or that there is none."""
    files = case.state.files
    if files is None or files.error:
        return UNKNOWN

    if files.directory is None:
        return _missing(case)

    if not files.problems:
        return clear(case, "home", (Kind.HOME_INSECURE, Kind.SOCKET_INSECURE, Kind.HOME_MISSING), files.at)

    worst = max(files.problems, key=lambda problem: (problem.open_to_others, problem.subject == "home"))
    kind = Kind.HOME_INSECURE if worst.subject == "home" else Kind.SOCKET_INSECURE
    severity = Severity.CRITICAL if worst.open_to_others else Severity.WARNING
    saw = f"it {worst.saw}"
    facts = Facts(home=case.state.home, detail=saw, remedy=worst.remedy)
    return said(present(case, "home", kind, witness("files", files.at, saw), facts=facts, severity=severity))


def _missing(case: Case) -> Judgement:
    """Gone, when it was once seen; a home that never existed is nobody's trouble."""
    files = case.state.files
    assert files is not None
    if not case.state.existed:
        return UNKNOWN

    facts = Facts(home=case.state.home, detail=f"{without_secrets(case.state.home)} does not exist any more")
    return said(present(case, "home", Kind.HOME_MISSING, witness("files", files.at, "no such directory"), facts=facts))


def record(case: Case) -> Judgement:
    """daemon.json names a zombie or somebody else's process: Coven's own commands refuse then (seen on 0.4.6)."""
    files = case.state.files
    if files is None or files.error or files.directory is None:
        return UNKNOWN

    life = case.state.alive
    if life is not None and files.at.awake < life.seen.awake:
        # Seen before the daemon that runs now: the record is its own by now.
        return ask(case, Look.FILES)

    if files.record is None or files.record_holder in {Holder.DAEMON, Holder.NOBODY}:
        return clear(case, "daemon", (Kind.DAEMON_RECORD_INVALID,), files.at)

    if files.record.garbage:
        return _garbage(case, files)

    if files.record_holder is Holder.UNKNOWN or _elsewhere(case):
        return UNKNOWN

    zombie = files.record_holder is Holder.ZOMBIE
    saw = f"it names process {files.record.pid}, " + (
        "a zombie" if zombie else f"which is {files.record_program or 'not Coven'}"
    )
    facts = Facts(
        home=case.state.home,
        pid=files.record.pid,
        record_holder=files.record_holder,
        record_program=files.record_program,
        detail=f"{saw}: Coven's start, stop and restart refuse",
    )
    verdict = present(case, "daemon", Kind.DAEMON_RECORD_INVALID, witness("files", files.at, saw), facts=facts)
    again = files.at.awake + _RECHECK
    looks = ask(case, Look.FILES).looks if case.now.awake >= again else ()
    return said(verdict, *looks, wake_at=None if looks else again)


def _garbage(case: Case, files: FilesSeen) -> Judgement:
    """It is no record; what Coven's commands make of it depends on what it is (all tried on 0.4.6)."""
    file = files.record_file
    if file is None or file.type is FileType.SYMLINK:
        # Coven follows a link that leads to a record.
        return UNKNOWN

    saw, remedy = _unfit(case, file)
    facts = Facts(home=case.state.home, detail=saw, remedy=remedy)
    return said(present(case, "daemon", Kind.DAEMON_RECORD_INVALID, witness("files", files.at, saw), facts=facts))


def _unfit(case: Case, file: FileFact) -> tuple[str, str]:
    """What is wrong with it and which commands refuse, and what mends it. To remove it is safe: a daemon that lives is found by its socket."""
    path = shlex.quote(f"{case.state.home}/daemon.json")
    if file.type is FileType.DIRECTORY:
        return "it is a directory: start, stop, restart and status refuse", f"rmdir {path}"

    if file.type is not FileType.REGULAR:
        return "it is no file: Coven's commands wait for it, or refuse", f"rm {path}"

    if file.size > _READ_BY_COVEN:
        return "it is damaged, and longer than Coven reads: start and status refuse", f"rm {path}"

    saw = "it is damaged and names no process; Coven's next command"
    return (f"{saw} writes it anew", "coven daemon status") if case.state.alive else (f"{saw} removes it", "")


def _elsewhere(case: Case) -> bool:
    """Whoever answers has no pid here: it lives in another pid namespace, and what it recorded is a pid of that."""
    health = case.state.health
    return health is not None and health.outcome is Outcome.OK and health.peer is None and health.peer_uid is not None


def impostor(case: Case) -> Judgement:
    """Whoever answers on the socket should hold the lock. Across pid namespaces nothing can be said."""
    health, lock = case.state.health, case.state.lock
    if health is not None and health.outcome is Outcome.UNTRUSTED and health.peer_uid is not None:
        saw = f"the peer is user {health.peer_uid}"
        facts = Facts(home=case.state.home, detail=saw, pid=health.peer.pid if health.peer else None)
        return said(present(case, "daemon", Kind.DAEMON_IMPOSTOR, witness("socket", health.at, saw), facts=facts))

    if health is None or health.peer is None or lock is None or not lock.owners or _outlived(case, health):
        return UNKNOWN

    if health.peer.pid in {owner.pid for owner in lock.owners}:
        return clear(case, "daemon", (Kind.DAEMON_IMPOSTOR,), health.at)

    if health.at.awake - lock.at.awake > _LOCK_FRESH or _recorded(case) == health.peer.pid:
        return ask(case, Look.DAEMON) if case.since(lock.at) > _LOCK_FRESH else UNKNOWN

    if not case.tested and _recorded(case) not in {owner.pid for owner in lock.owners}:
        # Of the lock table alone, nobody is accused.
        return UNKNOWN

    return _stranger(case, health, lock.owners[0].pid)


def _outlived(case: Case, health: Asked) -> bool:
    """The answer is from before the daemon that holds the lock now."""
    life = case.state.life
    return life is not None and health.at.awake < life.seen.awake


def _recorded(case: Case) -> int | None:
    files = case.state.files
    return files.record.pid if files and files.record else None


def _stranger(case: Case, health: Asked, owner: int) -> Judgement:
    assert health.peer is not None
    saw = f"process {health.peer.pid} answers, process {owner} holds the lock"
    life = case.state.alive
    facts = Facts(home=case.state.home, identity=life.identity if life else None, pid=health.peer.pid, detail=saw)
    lock = case.state.lock
    assert lock is not None
    witnesses = (witness("socket", health.at, f"the peer is process {health.peer.pid}"), internal("lock", lock.at, saw))
    return said(present(case, "daemon", Kind.DAEMON_IMPOSTOR, *witnesses, facts=facts))
