"""What was collected comes in; REPORT.md goes out: at most 80 lines that can be read, and pasted, without the archive."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from coven_watchdog import __version__
from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.coven.contents import Row
from coven_watchdog.decide.phrases import summary
from coven_watchdog.decide.text import said, sentence
from coven_watchdog.decide.words import span
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.ends import ending
from coven_watchdog.diagnose.bundle.facts import Collected, fact, outcome, time
from coven_watchdog.diagnose.bundle.parts import coven, machine
from coven_watchdog.diagnose.bundle.redacting import File
from coven_watchdog.model.incidents import Incident, SessionBrief, Verdict
from coven_watchdog.model.words import Basis, IncidentState
from coven_watchdog.report.bundle import AbsentView
from coven_watchdog.report.doctor import WRONG
from coven_watchdog.report.incidents import IncidentDetail
from coven_watchdog.report.times import moment

NAME = "REPORT.md"
MOST = 80
_LONGEST = 300
_WITNESSES, _SESSIONS, _STEPS, _TURNS, _ABSENT, _ALSO = 4, 4, 8, 4, 9, 4
_WORDS = {"named_value": "values with telling names", "token": "tokens", "url_login": "logins in URLs"}


def report(found: Collected, files: Sequence[File], absent: Sequence[AbsentView]) -> list[str]:
    """All of it. `files`: the others, already redacted; `absent`: those that are not there."""
    lines = [
        "# Coven diagnostics",
        f"Made by *third-party tool coven-watchdog v{__version__}*, no part of Coven, at {time(found.case.now.wall)}. Times are UTC.",
        "[contract]: Coven's published behaviour. [internal]: seen of Coven's inside or of the system; may change.",
        "",
        "## What I did",
        *_to_fill_in(),
        *_section("Finding", _finding(found)),
        *_section("The daemon: its end, health and start", ending(found)),
        *_section("Coven", coven(found)),
        *_section("Machine", machine(found)),
        *_section("Timeline", _timeline(found)),
        *_section("Not collected, and why", _absent(absent, files)),
        *_section("Redacted", _redacted(files, found.case)),
    ]
    return lines[:MOST]


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}")
    yield from lines


def _to_fill_in() -> Iterator[str]:
    """What only the person at the keyboard knows."""
    yield "- Command that failed: `coven …` <!-- please fill in -->"
    yield "- Its exact structured error code (`error.code` of the JSON answer): `…` <!-- please fill in; not its translation -->"
    yield "- What I expected instead: … <!-- please fill in -->"


# The finding


def _finding(found: Collected) -> Iterator[str]:
    """One sentence with its kind, what it rests on, and what it hit."""
    case = found.case
    alone = case.incident is None or len(case.incident.facts.sessions) != 1
    if case.session is not None and alone:
        yield from _of_session(case)

    if case.incident is not None:
        yield from _of_incident(case.incident, case)
    elif case.case.check.findings:
        yield from _of_look(case.case.check.findings[0])
    elif case.session is None:
        yield f"**Nothing wrong was found** at {time(case.now.wall)}: the daemon is {case.case.look.daemon.state.value}."

    yield from _also(case)


def _of_incident(incident: Incident, case: BundleCase) -> Iterator[str]:
    facts, until = incident.facts, incident.resolved_at
    over = f"over since {time(until)}, after {span(until - incident.opened_at)}" if until else "still so"
    still = over if incident.state is not IncidentState.NOTED else "an event"
    yield f"**{said(summary(incident), _LONGEST)}** (`{incident.kind}`, {incident.severity.value}, incident {incident.id}) at {time(incident.fact_at)}; {still}."
    yield said(CATALOGUE[incident.kind].meaning, _LONGEST)
    for witness in incident.witnesses[:_WITNESSES]:
        yield fact(f"{witness.source}, {time(witness.at)}: {sentence(witness.saw).rstrip('.')}", witness.basis)

    if facts.between:
        yield fact(
            f"It happened between {time(facts.between[0])} and {time(facts.between[1])}, when nobody watched", Basis.INTERNAL
        )

    if facts.sessions:
        yield fact(f"Sessions in question: {_sessions(facts.sessions)}", Basis.CONTRACT)

    yield from _row(incident, case)
    if facts.lost:
        yield fact(f"Lost with the daemon: {_sessions(facts.lost)}", Basis.CONTRACT)

    if not case.examined.records.running:
        yield fact("No watchdog service runs now: what has changed since may not be in this", Basis.INTERNAL)


def _row(incident: Incident, case: BundleCase) -> Iterator[str]:
    """What the ledger has of the one session that it is about."""
    if len(incident.facts.sessions) != 1 or case.ledger is None:
        return

    for row in case.ledger.named(incident.facts.sessions[0].id)[:1]:
        yield fact(f"Its row: {_described(row)}", Basis.INTERNAL)


def _described(row: Row) -> str:
    code = "no exit code" if row.exit_code is None else f"exit code {row.exit_code}"
    events = ", ".join(f"{one.count} {one.kind} (seq {one.first} to {one.last}, last {one.last_at})" for one in row.events)
    return f"{row.status}, {code}, created {row.created_at}, updated {row.updated_at}; events: {events or 'none: it never ran, or nothing was recorded'}"


def _of_look(verdict: Verdict) -> Iterator[str]:
    entry = CATALOGUE[verdict.kind]
    yield f"**{entry.headline}** (`{verdict.kind}`, {verdict.severity.value}), found by a single look now."
    yield said(entry.meaning, _LONGEST)
    for witness in verdict.witnesses[:_WITNESSES]:
        yield fact(f"{witness.source}, {time(witness.at)}: {witness.saw.rstrip('.')}", witness.basis)


def _of_session(case: BundleCase) -> Iterator[str]:
    row = case.session
    assert row is not None
    yield f"**Session {row.id} ({row.harness}) is {row.status}**."
    yield fact(f"Its row: {_described(row)}", Basis.INTERNAL)


def _sessions(briefs: Sequence[SessionBrief]) -> str:
    shown = [
        f"{one.id} ({one.harness}, {one.status or 'running'}{'' if one.exit_code is None else f' {one.exit_code}'}, ran {span(one.ran_for)})"
        for one in briefs[:_SESSIONS]
    ]
    more = len(briefs) - _SESSIONS
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _also(case: BundleCase) -> Iterator[str]:
    """What else is wrong now, each once."""
    shown = [
        line
        for line in case.home.lines
        if line.status in WRONG and (case.incident is None or line.incident != case.incident.id)
    ]
    first = case.case.check.findings[0].kind if case.incident is None and case.case.check.findings else None
    for line in [line for line in shown if line.kind is None or line.kind is not first][:_ALSO]:
        yield fact(f"Also now: {line.topic.value}: {line.says}{f' ({line.kind})' if line.kind else ''}", Basis.INTERNAL)

    of_session = case.session is not None or (case.incident is not None and case.incident.kind.startswith("session."))
    for question in case.home.questions[: 0 if of_session else 2]:
        yield fact(f"{question.question} {question.answer.value}: {question.why}", Basis.INTERNAL)


# The rest


def _timeline(found: Collected) -> Iterator[str]:
    """Last start, health as it changed, what the watchdog saw and told."""
    steps = [*_begun(found), *_heard(found)]
    detail = found.data("incident.json", IncidentDetail)
    told: Counter[str] = Counter()
    if detail is not None:
        steps += [
            (step.at, f"watchdog: {step.transition}: {step.kind}, {step.severity}")
            for step in detail.history
            if step.transition
        ]
        told.update(step.state.value for step in detail.history if step.message is not None and step.state is not None)
        steps += [(detail.fact_at, f"**the fault**: {detail.kind}")]

    for at, words in _ends(sorted(steps, key=lambda step: step[0])):
        yield f"- {at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z {words}" if at else f"- … {words}"

    if told:
        yield f"- messages about it: {', '.join(f'{number} {state}' for state, number in sorted(told.items()))}"

    if not steps:
        yield "- nothing is recorded"


def _begun(found: Collected) -> Iterator[tuple[datetime, str]]:
    at = moment(found.log.start.at) if found.log and found.log.start else None
    if at is not None:
        yield at, "log: the last start"


def _heard(found: Collected) -> Iterator[tuple[datetime, str]]:
    """The health answers nearest to the fault."""
    turns, fault = found.turns(), found.case.fault or 0
    for turn in sorted(turns, key=lambda one: abs(one.at - fault))[:_TURNS] if fault else turns[-_TURNS:]:
        yield moment(turn.at), f"health: {outcome(turn.outcome)}{f' by pid {turn.pid}' if turn.pid else ''}"


def _ends(steps: Sequence[tuple[datetime, str]]) -> Sequence[tuple[datetime | None, str]]:
    """The first and the last of many."""
    if len(steps) <= _STEPS:
        return steps

    half = _STEPS // 2
    return [*steps[:half], (None, f"{len(steps) - 2 * half} more in incident.json"), *steps[-half:]]


def _absent(absent: Sequence[AbsentView], files: Sequence[File]) -> Iterator[str]:
    lines = [f"- {one.file}: {said(one.why, _LONGEST)}" for one in absent]
    lines += [f"- {file.name}: {said(part, _LONGEST)}" for file in files for part in file.missing]
    lines += [f"- {file.name}: cut: {file.cut}" for file in files if file.cut]
    yield from lines[:_ABSENT] or ["- nothing"]
    if len(lines) > _ABSENT:
        yield f"- {len(lines) - _ABSENT} more in manifest.json"


def _redacted(files: Sequence[File], case: BundleCase) -> Iterator[str]:
    counts = Counter[str]()
    for file in files:
        counts.update(file.counts)

    words = ", ".join(f"{number} {_WORDS.get(what, what.replace('_', ' '))}" for what, number in sorted(counts.items()))
    yield f"- Taken out: {words or 'nothing'}; `<project-…>`, `<user-…>`, `<host-…>` stand for the same name everywhere in this bundle."
    left = [] if case.wishes.titles else ["titles, labels, prompts and project paths"]
    left += [] if case.wishes.output else ["output of sessions"]
    if left:
        yield f"- Never collected: {' and '.join(left)}."
