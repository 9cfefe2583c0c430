"""What there is to say about one incident, part by part: headline, cause, sessions, next command. Used by messages and by the CLI."""

from collections.abc import Callable, Mapping, Sequence

from coven_watchdog.catalogue import CATALOGUE, EFFECTS
from coven_watchdog.decide.advice import resume, start_words, suggestions
from coven_watchdog.decide.text import one_line
from coven_watchdog.decide.words import Place, clock_time, counted, span
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Incident, SessionBrief
from coven_watchdog.model.words import Form, Kind
from coven_watchdog.redact import redact

TITLE_LIMIT = 60
NAMED = 3
_NAME_LIMIT = 24
_DETAIL_LIMIT = 160
_SHORT = 8
_CLEAN = ExitStatus(code=0)


def headline(incident: Incident) -> str:
    """What is wrong, in a few words; a session's headline names its harness and project."""
    facts = incident.facts
    if not incident.subject.startswith("session:") or not facts.sessions:
        return _named_channel(incident) or CATALOGUE[incident.kind].headline

    brief = facts.sessions[0]
    return f"{name(brief.harness)} in {name(brief.project)} {_ENDED[incident.kind]}"


_ENDED = {
    Kind.SESSION_CRASHED: "crashed",
    Kind.SESSION_FAILED: "failed",
    Kind.SESSION_LAUNCH_FAILED: "never started",
    Kind.SESSION_ORPHANED: "lost its owner",
    Kind.SESSION_KILLED: "was killed",
    Kind.SESSION_FINISHED: "finished",
}


def _named_channel(incident: Incident) -> str:
    if incident.kind is not Kind.WATCHDOG_CHANNEL_FAILING:
        return ""

    return f"Channel {incident.subject.removeprefix('channel:')} does not deliver"


def cost(incident: Incident) -> str:
    """What it costs, for the title: `3 sessions hit`, or ""."""
    hit = len(incident.facts.sessions)
    if incident.form is Form.STATE and incident.subject == "daemon" and hit:
        return f"{counted(hit, 'session')} hit"

    lost = len(incident.facts.lost)
    return f"{counted(lost, 'session')} lost" if lost else ""


def cause(incident: Incident) -> str:
    """How it came about, one sentence without its full stop."""
    facts = incident.facts
    special = _CAUSES.get(incident.kind)
    words = special(facts) if special else one_line(redact(facts.detail), _DETAIL_LIMIT)
    return words or CATALOGUE[incident.kind].symptom


def _crash(facts: Facts) -> str:
    words = _exit(facts) or "gone without a clean stop"
    return f"{words}; {one_line(redact(facts.detail), _DETAIL_LIMIT)}" if facts.detail else words


def _exit(facts: Facts) -> str:
    if facts.exit is None:
        return ""

    if facts.exit.signal is not None:
        return f"killed by signal {facts.exit.signal}"

    return f"exit code {facts.exit.code}" if facts.exit.code else "a clean stop"


def _stop(facts: Facts) -> str:
    return one_line(facts.detail, _DETAIL_LIMIT) or "a clean stop, and nobody started it again"


def _session_end(facts: Facts) -> str:
    detail = one_line(redact(facts.detail), _DETAIL_LIMIT)
    parts = [part for part in (_exit(facts) if facts.exit != _CLEAN else "", detail) if part]
    return "; ".join(parts)


def _hang(facts: Facts) -> str:
    return "its process is stopped (T)" if facts.detail == "stopped" else "its process lives and does not answer"


def _restart(facts: Facts) -> str:
    changed = facts.version and facts.old_version and facts.version != facts.old_version
    return f"version {facts.old_version} became {facts.version}" if changed else "a new daemon took over"


def _loop(facts: Facts) -> str:
    return f"{facts.count} restarts within 10 minutes"


_CAUSES: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.DAEMON_CRASHED: _crash,
    Kind.DAEMON_STOPPED: _stop,
    Kind.DAEMON_UNRESPONSIVE: _hang,
    Kind.DAEMON_RESTARTED: _restart,
    Kind.DAEMON_RESTART_LOOP: _loop,
    Kind.SESSION_CRASHED: _session_end,
    Kind.SESSION_FAILED: _session_end,
    Kind.SESSION_LAUNCH_FAILED: _session_end,
    Kind.SESSION_ORPHANED: _session_end,
    Kind.SESSION_KILLED: _session_end,
    Kind.SESSION_FINISHED: lambda facts: one_line(facts.detail, _DETAIL_LIMIT),
}


def name(text: str) -> str:
    """A harness or project name: hostile, so on one line and short."""
    return one_line(redact(text), _NAME_LIMIT) or "?"


def session(brief: SessionBrief, *, title: bool = False, short_id: bool = False) -> str:
    """`codex in shop 41 min`, with the title or the short id where wanted."""
    words = f"{name(brief.harness)} in {name(brief.project)} {span(brief.ran_for)}"
    shown = one_line(redact(brief.title.partition("\n")[0]), TITLE_LIMIT) if title and brief.title else ""
    words = f"{words} “{shown}”" if shown else words
    return f"{words} ({one_line(brief.id[:_SHORT], _SHORT)})" if short_id else words


def sessions(briefs: Sequence[SessionBrief], *, titles: bool, label: str = "") -> str:
    """The first few sessions, and how many more; "" when there are none."""
    if not briefs:
        return ""

    named = " · ".join(session(brief, title=titles) for brief in briefs[:NAMED])
    more = f" · + {len(briefs) - NAMED} more" if len(briefs) > NAMED else ""
    return f"{label}{named}{more}"


def next_step(incident: Incident, place: Place) -> str:
    """The command to run next and what it does, or ""."""
    if incident.kind in {Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED}:
        return f"{start_words(incident.facts, place)} ({EFFECTS[_START_EFFECT]})"

    found = suggestions(incident.kind, incident.facts, place)
    return f"{found[0].why}: {found[0].run} ({EFFECTS[found[0].effect]})" if found else ""


_START_EFFECT = CATALOGUE[Kind.DAEMON_CRASHED].advice[0].effect


def go_on(incident: Incident, place: Place) -> tuple[str, ...]:
    """How to go on with the sessions that were lost, for the first few."""
    found = (resume(brief, incident.facts.home, place) for brief in incident.facts.lost[:NAMED])
    return tuple(f"{one_line(made.why, 60)}: {made.run}" for made in found if made is not None)


def when(incident: Incident, now: int, place: Place) -> str:
    """When it happened: a moment, or between two when nobody watched."""
    between = incident.facts.between
    if between is not None and incident.form is Form.STATE:
        return f"between {clock_time(between[0], now, place.zone)} and {clock_time(between[1], now, place.zone)}"

    return clock_time(incident.fact_at, now, place.zone)


def summary(incident: Incident) -> str:
    """One line for lists: headline, cause and cost."""
    parts = [headline(incident), cause(incident)]
    line = ": ".join(part for part in parts if part)
    return f"{line} · {cost(incident)}" if cost(incident) else line
