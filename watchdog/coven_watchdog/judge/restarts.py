"""One daemon after another: what a restart cost, and when restarts become a loop."""

from dataclasses import replace

from coven_watchdog.judge.common import (
    UNKNOWN,
    Case,
    ask,
    brief_row,
    briefs,
    clear,
    present,
    said,
    unheard_since_listing,
    wait,
    witness,
)
from coven_watchdog.judge.ended import crashed
from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.incidents import Facts, Judgement, SessionBrief
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Comeback, DaemonState, Found, Kind, Look, Severity
from coven_watchdog.state import Life

_LOOP_RESTARTS = 3
_LOOP_WINDOW = 10 * MINUTE
_LISTING_WITHIN = 5 * SECOND
_TOLD_WITHIN = 10 * SECOND
_WAS_GONE = frozenset({DaemonState.CRASHED, DaemonState.STOPPED, DaemonState.ABSENT})


def restart_loop(case: Case) -> Judgement:
    """Three changes of daemon within ten minutes; over after ten minutes without one."""
    starts = case.state.starts
    if len(starts) >= _LOOP_RESTARTS:
        seen = witness("process", case.now, f"{len(starts)} restarts within 10 minutes")
        facts = Facts(home=case.state.home, exit=_exit(case), exit_source="kernel" if _exit(case) else "", count=len(starts))
        return said(present(case, "daemon", Kind.DAEMON_RESTART_LOOP, seen, facts=facts), wake_at=_quiet_at(starts))

    if starts:
        return wait(_quiet_at(starts))

    return clear(case, "daemon", (Kind.DAEMON_RESTART_LOOP,), case.now)


def _quiet_at(starts: tuple[int, ...]) -> int:
    return starts[0] + _LOOP_WINDOW + 1


def restarted(case: Case) -> Judgement:
    """Another daemon serves this home than before. Said once its sessions are known, or after 5 s without them."""
    life = case.state.alive
    if life is None or life.served is None:
        return UNKNOWN

    if not _introduced(case, life):
        return wait(life.served.awake + _LISTING_WITHIN)

    old = _predecessor(case, life)
    if old is None or case.state.failures:
        # What does not answer well any more is a daemon's trouble, which tells of its restart too.
        return UNKNOWN

    if case.state.rivals is not None:
        # The one before lives on: that is another story, which tells of this one too.
        return UNKNOWN

    if unheard_since_listing(case):
        return ask(case, Look.HEALTH)

    facts = replace(aftermath(case, life), exit=_exit(case), exit_source="kernel" if _exit(case) else "")
    severity = Severity.WARNING if facts.lost else Severity.INFO
    seen = witness("process", life.seen, f"process {life.identity.pid} serves; before it was process {old.pid}")
    found = Found.LIVE if case.state.predecessor else Found.CATCH_UP
    verdict = present(
        case,
        "daemon",
        Kind.DAEMON_RESTARTED,
        seen,
        facts=facts,
        severity=severity,
        found=found,
        fact_at=_ended(case) or life.seen,
    )
    return said(replace(verdict, occurrence=f"{life.identity.pid}:{life.identity.started}"))


def newcomer_to(case: Case) -> Identity | None:
    """The daemon before, while what the coming of the one that lives now has cost may not be told yet; else None."""
    life = case.state.alive
    if life is None or (life.served is not None and _told(case, life.served)):
        return None

    return _predecessor(case, life)


def _told(case: Case, served: Instant) -> bool:
    """Long enough after its first good answer; one that answered badly before that is not told of while it does."""
    until = case.state.failing_since or case.now
    return until.awake - served.awake >= _TOLD_WITHIN


def _introduced(case: Case, life: Life) -> bool:
    """It serves, and its sessions are known, or have not been for 5 s."""
    return life.served is not None and (life.listed is not None or case.since(life.served) >= _LISTING_WITHIN)


def _ended(case: Case) -> Instant | None:
    return case.state.predecessor.ended if case.state.predecessor else None


def _predecessor(case: Case, life: Life) -> Identity | None:
    """The daemon that this one took over from: of this run, else the one that the run before did not see end."""
    before = case.state.remembered
    gone = case.state.predecessor is None and before is not None and before.daemon.state in _WAS_GONE
    return None if gone else _before(case, life)


def _before(case: Case, life: Life) -> Identity | None:
    """The daemon before this one, however and whenever it ended."""
    if case.state.predecessor is not None:
        return case.state.predecessor.identity

    known = case.state.remembered.daemon.identity if case.state.remembered else None
    return None if known == life.identity else known


def aftermath(case: Case, life: Life) -> Facts:
    """What the change of daemon cost: the sessions lost with the one before, and the `coven run` that live on."""
    old = _before(case, life)
    before = case.state.predecessor
    remembered = case.state.remembered
    return Facts(
        identity=life.identity,
        old_identity=old,
        pid=life.identity.pid,
        home=case.state.home,
        lost=_lost(case, old),
        survivors=_survivors(case, life),
        sessions_known=life.listed is not None,
        between=(remembered.seen_at, case.state.began.wall) if remembered and not before else None,
        version=life.health.coven_version if life.health else "",
        old_version=_old_version(case),
        comeback=_comeback(case, life) if old is not None else None,
    )


def _comeback(case: Case, life: Life) -> Comeback:
    """Why another daemon serves: how the one before ended says more than what came after."""
    before, remembered = case.state.predecessor, case.state.remembered
    if before is None:
        rebooted = remembered is not None and remembered.boot != case.state.boot
        fell = remembered is not None and remembered.daemon.state is DaemonState.CRASHED
        return Comeback.REBOOT if rebooted else Comeback.CRASH if fell else _upgraded(case, life, Comeback.UNKNOWN)

    if crashed(before):
        return Comeback.CRASH

    clean = before.exit is not None or before.leftovers is not None
    return _upgraded(case, life, Comeback.MANUAL if clean else Comeback.UNKNOWN)


def _upgraded(case: Case, life: Life, otherwise: Comeback) -> Comeback:
    """Another version, or another file of the same name: it was restarted for that."""
    before, old = case.state.predecessor, _old_version(case)
    new = life.health.coven_version if life.health else ""
    replaced = before is not None and before.replaced and not life.replaced
    return Comeback.UPGRADE if replaced or (old and new and old != new) else otherwise


def _exit(case: Case) -> ExitStatus | None:
    return case.state.predecessor.exit if case.state.predecessor else None


def _lost(case: Case, old: Identity | None) -> tuple[SessionBrief, ...]:
    if old is None:
        return ()

    ends = [ending for ending in case.state.endings.values() if ending.lost_with == old]
    before = case.state.predecessor
    until = before.ended.wall if before and before.ended else None
    found = [brief_row(ending.row, until=until or ending.row.updated_at) for ending in ends]
    return tuple(sorted(found, key=lambda brief: -brief.ran_for))


def _survivors(case: Case, life: Life) -> tuple[SessionBrief, ...]:
    """`coven run` sessions that began before this daemon and whose process lives: Coven calls them orphaned, they are not."""
    if case.state.predecessor is None:
        return ()

    alive = [s for s in case.state.live.values() if s.by_coven_run and s.lives and s.seen.awake < life.seen.awake]
    return tuple(replace(brief, lives_on=True) for brief in briefs(alive, case.now))


def _old_version(case: Case) -> str:
    before = case.state.predecessor
    if before is not None:
        return before.health.coven_version if before.health else ""

    remembered = case.state.remembered
    return (remembered.daemon.coven_version or "") if remembered else ""
