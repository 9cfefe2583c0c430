"""Sessions that are alive and do nothing: on a terminal they wait for somebody, without one they stalled.

Silence is Coven's word: its counter of recorded events, or the newest event of the session. Idleness is the kernel's.
"""

from coven_watchdog.judge.common import UNKNOWN, Case, ask, brief_row, clear, internal, merged, present, said, witness
from coven_watchdog.judge.ghosts import writes
from coven_watchdog.judge.output import reads, with_output
from coven_watchdog.model.facts import EventWriter
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.processes import Pulse
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Kind, Look, Owner, ProcessState
from coven_watchdog.state import LiveSession
from coven_watchdog.state.home import Quiet

_KINDS = (Kind.SESSION_STALLED, Kind.SESSION_WAITING)
_FRESH = 3 * MINUTE
_PROVEN = 30 * SECOND
"""While other sessions print, each that is silent is asked for its newest event this often."""


def quiet_sessions(case: Case) -> Judgement:
    """A verdict for each live session whose processes were looked at."""
    if not writes(case):
        return UNKNOWN

    return merged(_judge(case, session) for session in case.state.live.values() if session.lives)


def _judge(case: Case, session: LiveSession) -> Judgement:
    quiet, felt = session.quiet, session.pulse
    if quiet is None or felt is None or case.since(felt[0]) > _FRESH:
        return UNKNOWN

    kind, after = _patience(case, felt[1])
    subject = f"session:{session.row.id}"
    if _attended(case, session) or not after:
        return clear(case, subject, _KINDS, felt[0])

    if case.since(quiet.since) < after:
        return clear(case, subject, _KINDS, quiet.since) if session.busy else UNKNOWN

    if case.state.health is not None and case.state.health.at.awake < quiet.since.awake + after:
        return ask(case, Look.HEALTH)

    silence = _silence(case, session, quiet, after)
    if silence is None:
        return ask(case, Look.OUTPUT, subject=session.row.id)

    return (
        _present(case, session, kind, silence) if _read(case, session, quiet) else ask(case, Look.TAIL, subject=session.row.id)
    )


def _read(case: Case, session: LiveSession, quiet: Quiet) -> bool:
    """What it printed last is known, where somebody wants it told."""
    return not reads(case) or (session.tail is not None and session.tail.at.awake >= quiet.since.awake)


def _patience(case: Case, pulse: Pulse) -> tuple[Kind, int]:
    keys = case.settings.sessions
    return (Kind.SESSION_WAITING, keys.waiting_after) if pulse.terminal else (Kind.SESSION_STALLED, keys.stalled_after)


def _attended(case: Case, session: LiveSession) -> bool:
    """What a `coven run` shows in its own open terminal somebody sees."""
    seen = session.harness is not None and session.harness.terminal and session.by_coven_run
    return seen and not case.settings.sessions.own_terminal


def _writer(case: Case) -> EventWriter | None:
    life = case.state.alive
    return life.health.event_writer if life and life.health else None


def _silence(case: Case, session: LiveSession, quiet: Quiet, after: int) -> Witness | None:
    """Who says that it printed nothing: the counter of a daemon that recorded nothing at all, or its own newest event."""
    health = case.state.health
    by_daemon = session.harness is not None and session.harness.owner is Owner.DAEMON
    if by_daemon and health is not None and _same(quiet.writer, _writer(case)) and quiet.since.awake >= _since(case):
        return witness("health", health.at, "Coven has recorded no event since")

    lasted = quiet.since.awake + after
    if quiet.proven is not None and quiet.proven.awake >= lasted and case.since(quiet.proven) < _PROVEN:
        return witness("events", quiet.proven, "no newer event of the session")

    return None


def _same(before: EventWriter | None, now: EventWriter | None) -> bool:
    return before is not None and now is not None and before.committed_events == now.committed_events


def _since(case: Case) -> int:
    """Awake µs since which this daemon counts: another one counts from the start."""
    life = case.state.alive
    return life.seen.awake if life else case.now.awake


def _present(case: Case, session: LiveSession, kind: Kind, silence: Witness) -> Judgement:
    assert session.quiet is not None
    assert session.pulse is not None
    at, pulse = session.pulse
    stopped = pulse.state is ProcessState.STOPPED
    facts = Facts(
        identity=pulse.identity,
        pid=pulse.identity.pid,
        home=case.state.home,
        sessions=(brief_row(session.row, until=case.now.wall),),
        detail=f"a signal stopped its process {pulse.identity.pid}" if stopped else "",
        last_seen=session.quiet.since.wall,
    )
    facts = with_output(facts, session.tail)
    idle = internal("processes", at, _idle(stopped=stopped, since=session.quiet.since, at=at))
    return said(present(case, f"session:{session.row.id}", kind, silence, idle, facts=facts, fact_at=session.quiet.since))


def _idle(*, stopped: bool, since: Instant, at: Instant) -> str:
    minutes = (at.awake - since.awake) // MINUTE
    words = f"its processes have used no CPU to speak of for {minutes} min"
    return f"{words}; a signal stopped the first of them" if stopped else words
