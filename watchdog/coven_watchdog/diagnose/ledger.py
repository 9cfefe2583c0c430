"""Collectors: what Coven keeps and runs. Store, event writer, sessions."""

import msgspec

from coven_watchdog.catalogue import CATALOGUE, Advice
from coven_watchdog.decide.advice import suggestions
from coven_watchdog.decide.text import one_line
from coven_watchdog.decide.words import counted, span
from coven_watchdog.diagnose.case import HomeCase, fine, told, unknown, wrong
from coven_watchdog.diagnose.told import troubles
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import LIVE_STATUSES, Basis, CheckStatus, Effect, Kind, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.views import WitnessView, next_view

Lines = tuple[DoctorLine, ...]

_MIB, _GIB = 1024**2, 1024**3
_WELL = "ok"
_NAMED, _SHORT = 3, 8
_HEALTHY = "healthy"
_PRESSURED = "pressured"
"""Output was dropped at some time since the start: one lost echo of an input is enough (seen on 0.4.6)."""


def store(case: HomeCase) -> Lines:
    """Can the ledger be read, and is there room?"""
    return troubles(case, Topic.STORE) or (_store(case),)


def _store(case: HomeCase) -> DoctorLine:
    """Health says ok whatever the ledger is like (seen on 0.4.6), so its file is read, too."""
    error, storage = case.ledger_error, case.look.storage
    if error is not None and isinstance(error, NotContractError):
        return _broken(case, f"its file {error.message}")

    if case.ledger is None and error is None:
        return (
            _broken(case, "its file is gone") if case.state.alive else unknown(Topic.STORE, "there is none yet", *_free(case))
        )

    if storage is not None and storage.status not in {"", _WELL}:
        cause = storage.last_error
        return wrong(
            Topic.STORE, f"the daemon calls its storage {storage.status}", *_described(case), *_free(case), cause=cause
        )

    if error is not None or case.ledger is None:
        why = error.message if error else ""
        step = Advice("coven-watchdog check", Effect.READS, "Ask the daemon instead")
        line = told(Topic.STORE, CheckStatus.UNKNOWN, f"not proved: its file {why}", *_described(case), *_free(case))
        return msgspec.structs.replace(line, next=tuple(next_view(one) for one in case.advice(step)))

    says = f"{storage.status} · " if storage and storage.status else ""
    proof = case.saw("ledger", "its sessions can be read", basis=Basis.INTERNAL)
    return fine(Topic.STORE, f"{says}{_size(case.ledger.size)}, and can be read", proof, *_described(case), *_free(case))


def _broken(case: HomeCase, why: str) -> DoctorLine:
    """The same kind as when the daemon cannot list its sessions."""
    line = told(
        Topic.STORE,
        CheckStatus.CRITICAL,
        f"{CATALOGUE[Kind.STORE_BROKEN].headline}: {why}",
        case.saw("ledger", why, basis=Basis.INTERNAL),
        *_described(case),
        cause=CATALOGUE[Kind.STORE_BROKEN].meaning,
        following=suggestions(Kind.STORE_BROKEN, Facts(home=case.look.home), case.place),
    )
    return msgspec.structs.replace(line, kind=Kind.STORE_BROKEN)


def _described(case: HomeCase) -> tuple[WitnessView, ...]:
    """What the daemon says of it."""
    storage = case.look.storage
    if storage is None:
        return ()

    return (case.saw("health", f"storage {storage.status or 'not described'}, ledger {_size(storage.database_bytes)}"),)


def _free(case: HomeCase) -> tuple[WitnessView, ...]:
    free = case.look.free_bytes
    return () if free is None else (case.saw("files", f"{_size(free)} free where the home is"),)


def _size(number: int) -> str:
    return f"{number / _GIB:.1f} GiB" if number >= _GIB else f"{number / _MIB:.1f} MiB"


def event_writer(case: HomeCase) -> Lines:
    """Are output and ends of sessions recorded?"""
    found, writer = troubles(case, Topic.EVENT_WRITER), case.look.event_writer
    if found or writer is None:
        return found or (unknown(Topic.EVENT_WRITER, _unsaid(case)),)

    numbers = f"{counted(writer.committed_events, 'event')} recorded, {writer.dropped_events} dropped since its start"
    saw = case.saw("health", f"{writer.state or 'no state'}, {numbers}")
    if writer.state not in {"", _HEALTHY, _PRESSURED}:
        return (wrong(Topic.EVENT_WRITER, f"{writer.state}: {numbers}", saw, cause=writer.last_error),)

    return (fine(Topic.EVENT_WRITER, f"{writer.state or 'not described'} · {numbers}", saw, *_gaps(case)),)


def _gaps(case: HomeCase) -> tuple[WitnessView, ...]:
    """Whose output was dropped, ever."""
    gaps = case.ledger.gaps if case.ledger else ()
    if not gaps:
        return ()

    first = ", ".join(one_line(session[:_SHORT], _SHORT) for session in gaps[:_NAMED])
    more = f" and {len(gaps) - _NAMED} more" if len(gaps) > _NAMED else ""
    return (case.saw("ledger", f"recorded with gaps: the output of {first}{more}", basis=Basis.INTERNAL),)


def _unsaid(case: HomeCase) -> str:
    asked = case.state.health
    answers = asked is not None and asked.health is not None
    return "the daemon's answer does not say" if answers else "only the daemon can say, and none answers"


def sessions(case: HomeCase) -> Lines:
    """What runs, and what is wrong with it."""
    found = troubles(case, Topic.SESSIONS)
    return (*found, _counted(case)) if found else (_counted(case),)


def _counted(case: HomeCase) -> DoctorLine:
    """How many there are, by status: of the ledger itself, for asking the daemon would leave traces in the home."""
    if case.ledger is None:
        return unknown(Topic.SESSIONS, f"not known without the ledger{_before(case, case.remembered)}")

    counts = case.ledger.by_status
    by_status = ", ".join(f"{number} {status}" for status, number in sorted(counts.items(), key=lambda one: -one[1]))
    saw = case.saw("ledger", by_status or "none", basis=Basis.INTERNAL)
    live = sum(number for status, number in counts.items() if status in LIVE_STATUSES)
    says = f"{live} live of {sum(counts.values())}"
    if live and case.state.alive is None:
        cause = "No daemon runs: what the ledger calls live ended with it, or is a `coven run`. The next start tells which."
        return fine(Topic.SESSIONS, f"{says} when it was last written", saw, cause=cause)

    return fine(Topic.SESSIONS, says, saw)


def _before(case: HomeCase, look: HomeLook | None) -> str:
    """What the service knew of them."""
    if look is None or look.listed_at is None:
        return ""

    return f"; {len(look.live)} live when last listed, {span(max(0, case.now.wall - look.listed_at))} ago"
