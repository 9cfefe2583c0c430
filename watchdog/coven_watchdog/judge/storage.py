"""The ledger's surroundings, as the daemon describes them: room on its disk, its maintenance, and the writer of events.

All of these quote Coven, so one witness is enough; free space is also seen without it.
"""

from dataclasses import replace

from coven_watchdog.judge.common import UNKNOWN, Case, ask, briefs, clear, merged, present, said, witness
from coven_watchdog.model.facts import EventWriter, Health, Storage
from coven_watchdog.model.incidents import Facts, Judgement, Verdict
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Kind, Look, Outcome, Severity

MIB = 1024 * 1024
_LOW = 1024 * MIB
"""Below it Coven says `warning` (source)."""
_ALMOST_NONE = 256 * MIB
"""Below it Coven says `critical` and stops its maintenance (source; seen on 0.4.6)."""
_LARGE_WAL = 64 * MIB
"""Four times what Coven itself calls too much: the file keeps its size for a while after one big write."""
_OVERDUE = 3 * MINUTE
_LOOK_EVERY = MINUTE
_BLOCKED, _FAILED = "degraded", "failed"


def low_disk(case: Case) -> Judgement:
    """Room for the ledger, by the daemon's word while it answers, else by our own look once a minute."""
    known = _free(case)
    if known is None:
        return UNKNOWN

    source, at, free = known
    if free >= _LOW:
        return clear(case, "store", (Kind.STORE_LOW_DISK,), at)

    saw = f"{free // MIB} MiB free"
    severity = Severity.CRITICAL if free < _ALMOST_NONE else Severity.WARNING
    facts = Facts(home=case.state.home, detail=saw)
    verdict = present(case, "store", Kind.STORE_LOW_DISK, witness(source, at, saw), facts=facts, severity=severity)
    return said(verdict) if source == "health" else _look_again(case, verdict, at)


def _look_again(case: Case, verdict: Verdict, seen: Instant) -> Judgement:
    """Nobody announces that a disk has room again."""
    due = seen.awake + _LOOK_EVERY
    return said(verdict, *ask(case, Look.FILES).looks) if case.now.awake >= due else said(verdict, wake_at=due)


def _free(case: Case) -> tuple[str, Instant, int] | None:
    """Who says so, when, and how many bytes are free: the newer word of the daemon and of our own look."""
    files, healthy = case.state.files, _healthy(case)
    found = []
    if healthy is not None and healthy[1].storage is not None and healthy[1].storage.free_disk_bytes is not None:
        found.append(("health", healthy[0], healthy[1].storage.free_disk_bytes))

    if files is not None and files.free_bytes is not None:
        found.append(("files", files.at, files.free_bytes))

    return max(found, key=lambda one: one[1].awake, default=None)


def _healthy(case: Case) -> tuple[Instant, Health] | None:
    """The last good answer of the daemon that runs, and when it came; None while it gives none."""
    life, health = case.state.alive, case.state.health
    if life is None or life.health is None or life.last_good is None:
        return None

    return (life.last_good, life.health) if health is not None and health.outcome is Outcome.OK else None


def degraded(case: Case) -> Judgement:
    """Maintenance that is blocked, fails or is overdue, and a write-ahead log that nobody folds in."""
    healthy = _healthy(case)
    if healthy is None or healthy[1].storage is None:
        return UNKNOWN

    at, storage = healthy[0], healthy[1].storage
    saw = _neglect(storage)
    if not saw:
        return clear(case, "store", (Kind.STORE_DEGRADED,), at)

    facts = Facts(home=case.state.home, detail=saw)
    return said(present(case, "store", Kind.STORE_DEGRADED, witness("health", at, saw), facts=facts))


def _neglect(storage: Storage) -> str:
    """What is wrong with it, the most telling first; "" when nothing is."""
    if storage.last_error:
        return f"its maintenance fails: {storage.last_error}"

    if storage.maintenance_blocked:
        return "its maintenance is blocked"

    if storage.prune_age is not None and storage.prune_age > _OVERDUE:
        return f"its maintenance is overdue: the last was {storage.prune_age // MINUTE} min ago"

    if storage.wal_bytes >= _LARGE_WAL:
        return f"its write-ahead log has grown to {storage.wal_bytes // MIB} MiB; most likely a program reads the ledger and does not finish"

    return "the daemon cannot say how its ledger is" if storage.status == _BLOCKED else ""


def event_writer(case: Case) -> Judgement:
    """Failed is final for this daemon, and every end is lost from then on (seen on 0.4.6); dropped output is an event of its own."""
    healthy = _healthy(case)
    if healthy is None or healthy[1].event_writer is None:
        return UNKNOWN

    at, writer = healthy[0], healthy[1].event_writer
    return merged((_writer(case, at, writer), _pressure(case, at, writer)))


def _writer(case: Case, at: Instant, writer: EventWriter) -> Judgement:
    if writer.state != _FAILED:
        return clear(case, "event_writer", (Kind.EVENT_WRITER_FAILED,), at)

    saw = f"the event writer failed: {writer.last_error}" if writer.last_error else "the event writer failed"
    facts = Facts(
        home=case.state.home,
        sessions=briefs((one for one in case.state.live.values() if one.own), case.now),
        detail=writer.last_error,
    )
    return said(present(case, "event_writer", Kind.EVENT_WRITER_FAILED, witness("health", at, saw), facts=facts))


def _pressure(case: Case, at: Instant, writer: EventWriter) -> Judgement:
    """Noted once for each doubling of what this daemon dropped: a flood is no flood of notes."""
    life, dropped = case.state.alive, writer.dropped_events
    if life is None or not dropped:
        return UNKNOWN

    pieces = "1 piece of output was" if dropped == 1 else f"{dropped} pieces of output were"
    saw = f"{pieces} dropped since the daemon started"
    facts = Facts(home=case.state.home, detail=saw, count=dropped)
    verdict = present(case, "event_writer", Kind.EVENT_WRITER_PRESSURED, witness("health", at, saw), facts=facts)
    who = life.identity
    return said(replace(verdict, occurrence=f"{who.pid}:{who.started}:{dropped.bit_length()}"))
