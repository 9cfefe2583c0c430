"""The daemon's log and a fresh look come in; the six questions that people ask of the log, answered, go out.

Most of what Coven's documentation says is in the log is not (seen on 0.4.6): what cannot be known from outside is said to be so.
"""

from collections.abc import Callable, Collection, Sequence

from coven_watchdog.coven.logbook import OPENING, Start, around, last_start
from coven_watchdog.coven.wire import API_VERSION
from coven_watchdog.decide.text import said
from coven_watchdog.decide.words import counted
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.words import Answer, Kind
from coven_watchdog.report.doctor import Question

_LINES = 8
_LENGTH = 200
_LONGEST_SOCKET = 107
_OWN_WORDS = ("daemon starting", "daemon-store-begin", "daemon-store-end", "before-spawn", "status-publication-begin")

Answered = tuple[Answer, str, Sequence[str]]


def questions(case: HomeCase) -> tuple[Question, ...]:
    """All six, in the order of Coven's documentation."""
    start = last_start(case.log)
    return tuple(_question(words, answer(case, start)) for words, answer in QUESTIONS)


def _question(words: str, answered: Answered) -> Question:
    answer, why, lines = answered
    shown = tuple(said(line, _LENGTH) for line in lines[-_LINES:])
    return Question(question=words, answer=answer, why=said(why, 2 * _LENGTH), lines=shown)


def _bound(case: HomeCase, start: Start | None) -> Answered:
    """Logged."""
    socket, lines = str(case.paths.socket), _told_of(start)
    asked = case.state.health
    if asked is not None and asked.health is not None:
        return Answer.YES, f"it answers on {case.shown(socket)} now", lines

    if start is None:
        return Answer.UNKNOWN, _silent(case, "the log tells of no start"), ()

    if start.socket:
        same = start.socket == socket
        when = "" if start.at is None else f" at {case.time(start.at)}"
        where = "the expected one" if same else f"another one: {start.socket}"
        return (Answer.YES if same else Answer.NO), f"the last start{when}, pid {start.pid}, bound {where}", lines

    if start.serving:
        return Answer.YES, "the last start bound its socket", lines

    return Answer.NO, _unbound(start, socket), lines


def _unbound(start: Start, socket: str) -> str:
    """How far the last start came."""
    if not start.opened:
        return "the last start ended before that: see the store"

    long = len(socket.encode()) > _LONGEST_SOCKET
    why = f"the path is longer than {_LONGEST_SOCKET} bytes" if long else "the reason is not logged"
    return f"the last start opened its store and ended when it should have bound the socket: {why}"


def _opened(case: HomeCase, start: Start | None) -> Answered:
    """Logged by missing phases only."""
    lines = _told_of(start)
    if start is not None and not start.opened and start.detailed:
        return _unopened(start), _phase(start), lines

    if isinstance(case.ledger_error, NotContractError):
        return Answer.NO, f"now its file {case.ledger_error.message}, whatever it was like at the start", lines

    if start is None:
        return Answer.UNKNOWN, _silent(case, "the log tells of no start"), ()

    if start.opened:
        return Answer.YES, "the last start opened it", lines

    return Answer.UNKNOWN, "this version of Coven does not log how its store opens", lines


def _unopened(start: Start) -> Answer:
    """One that came up without saying so may only have said it before the log was rotated."""
    return Answer.UNKNOWN if start.serving else Answer.NO


def _phase(start: Start) -> str:
    """How far it came."""
    begun = OPENING in start.phases
    how = f"it came no further than {start.phases[-1]}" if begun else "it ended before: its lock is taken, or its home refused"
    return f"the last start did not say so; {how}"


def _contract(case: HomeCase, start: Start | None) -> Answered:
    """Not logged: asked instead."""
    del start
    asked = case.state.health
    if asked is None or asked.health is None:
        detail = asked.detail if asked else ""
        return Answer.UNKNOWN, f"it is not logged, and nobody answers now{f': {detail}' if detail else ''}", ()

    wanted = [name for name in ("sessions", "events") if not asked.health.capabilities.get(name)]
    good = asked.health.api_version == API_VERSION and asked.health.ok and not wanted
    says = f"/health says {asked.health.api_version}, ok {str(asked.health.ok).lower()}"
    lacks = f", without {' and '.join(wanted)}" if wanted else ""
    return (Answer.YES if good else Answer.NO), f"not logged, so asked: {says}{lacks}{_peer(case)}", ()


def _peer(case: HomeCase) -> str:
    """Whether who answers is who it says it is."""
    asked = case.state.health
    if asked is None or asked.health is None or asked.peer is None or asked.health.pid is None:
        return ""

    same = asked.peer.pid == asked.health.pid
    return ", from the process that it names" if same else f", from pid {asked.peer.pid}, though it names {asked.health.pid}"


def _validated(case: HomeCase, start: Start | None) -> Answered:
    """Not logged, no row, no event."""
    del case, start
    return (
        Answer.UNKNOWN,
        "a launch that is refused (400) leaves no log line, no row and no event: only the client that asked sees it",
        (),
    )


def _spawned(case: HomeCase, start: Start | None) -> Answered:
    """Not logged; the row tells."""
    del start
    failed = [one for one in case.recent if one.kind is Kind.SESSION_LAUNCH_FAILED]
    if failed:
        names = [brief.id for one in failed for brief in one.facts.sessions]
        told = (
            f"{counted(len(failed), 'session')} never started within the last day, the last at {case.time(failed[0].fact_at)}"
        )
        return Answer.YES, f"not logged, but the rows show it: {told}", _around(case, names, [one.fact_at for one in failed])

    why = "it is not logged: only a row that failed at once, without exit code and events, shows it"
    return (
        Answer.UNKNOWN,
        f"{why}; {'none was seen within the last day' if case.watched else 'nobody watches for such rows'}",
        (),
    )


def _refused(case: HomeCase, start: Start | None) -> Answered:
    """Not logged."""
    del case, start
    return Answer.UNKNOWN, "it is not logged: the client that sent it gets 409 session_not_live, and nothing changes", ()


QUESTIONS: tuple[tuple[str, Callable[[HomeCase, Start | None], Answered]], ...] = (
    ("Did it bind the expected socket?", _bound),
    ("Did its store open?", _opened),
    ("Did its health answer keep the contract?", _contract),
    ("Did a launch fail validation?", _validated),
    ("Did a harness fail to start?", _spawned),
    ("Did input or a kill reach a session that was not live?", _refused),
)


def _told_of(start: Start | None) -> tuple[str, ...]:
    """The telling lines of a start: where it began, each end of what can fail, and how far it came."""
    if start is None:
        return ()

    telling = [line for line in start.lines if any(word in line for word in _OWN_WORDS)]
    return tuple(dict.fromkeys((*telling, *start.lines[-1:])))


def _around(case: HomeCase, names: Collection[str], times: Collection[int]) -> tuple[str, ...]:
    """What a start writes step by step says nothing of sessions, however near it was."""
    return tuple(entry.raw for entry in around(case.log, names, times) if not entry.says.startswith("startup_"))


def _silent(case: HomeCase, why: str) -> str:
    return case.log_error or why
