"""What there is to say about one incident, part by part: headline, cause, sessions, next command. Used by messages and by the CLI."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from coven_watchdog.catalogue import CATALOGUE, EFFECTS, STORY_KINDS
from coven_watchdog.decide.advice import resume, suggestions
from coven_watchdog.decide.changes import became_at, went_through
from coven_watchdog.decide.comebacks import CLEAN, exit_words, restarted
from coven_watchdog.decide.text import one_line, said
from coven_watchdog.decide.words import Place, clock_time, counted, span
from coven_watchdog.model.incidents import Facts, Incident, SessionBrief
from coven_watchdog.model.words import Effect, Form, Kind

TITLE_LIMIT = 60
NAMED = 3
_NAME_LIMIT = 24
_DETAIL_LIMIT = 160
_SHORT = 8


def headline(incident: Incident, limit: int = _NAME_LIMIT) -> str:
    """What is wrong, in a few words; a session's headline names its harness and project, each in at most `limit` characters."""
    facts = incident.facts
    if incident.subject.startswith("session:") and facts.sessions:
        brief = facts.sessions[0]
        return f"{name(brief.harness, limit)} in {name(brief.project, limit)} {_ENDED[incident.kind]}"

    if incident.kind is Kind.WATCHDOG_CHANNEL_FAILING:
        return f"{_channel(incident, limit)} does not deliver"

    if incident.kind is Kind.HARNESS_MISSING:
        return f"Coven does not find {_harness(incident, limit)}"

    return CATALOGUE[incident.kind].headline


_ENDED = {
    Kind.SESSION_CRASHED: "crashed",
    Kind.SESSION_FAILED: "failed",
    Kind.SESSION_LAUNCH_FAILED: "never started",
    Kind.SESSION_ORPHANED: "lost its owner",
    Kind.SESSION_GHOST: "is a ghost",
    Kind.SESSION_SURVIVOR: "is over and still runs",
    Kind.SESSION_STALLED: "stalled",
    Kind.SESSION_WAITING: "waits for you",
    Kind.SESSION_STUCK: "does not start",
    Kind.SESSION_KILLED: "was killed",
    Kind.SESSION_FINISHED: "finished",
}


def _channel(incident: Incident, limit: int) -> str:
    return f"Channel {name(incident.subject.removeprefix('channel:'), limit)}"


def _harness(incident: Incident, limit: int) -> str:
    return name(incident.subject.removeprefix("harness:"), limit)


def recovered(incident: Incident, limit: int = _NAME_LIMIT) -> str:
    """What is well again, in a few words."""
    if incident.kind is Kind.WATCHDOG_CHANNEL_FAILING:
        return f"{_channel(incident, limit)} delivers again"

    if incident.kind is Kind.HARNESS_MISSING:
        return f"Coven finds {_harness(incident, limit)} again"

    back = incident.subject == "daemon" and not STORY_KINDS.isdisjoint(went_through(incident))
    return CATALOGUE[Kind.DAEMON_CRASHED if back else incident.kind].ending[1]


def cost(incident: Incident) -> str:
    """What it costs, for the title: `3 sessions hit`, or ""."""
    hit = len(incident.facts.sessions) if incident.kind is not Kind.DAEMON_INCOMPATIBLE else 0
    if incident.form is Form.STATE and incident.subject == "daemon" and hit:
        return f"{counted(hit, 'session')} hit"

    lost = len(incident.facts.lost)
    return f"{counted(lost, 'session')} lost" if lost else ""


def cause(incident: Incident) -> str:
    """How it came about, one sentence without its full stop."""
    if incident.kind in _WITNESSED:
        words = _saw(incident)
    else:
        special = _CAUSES.get(incident.kind, _detail)
        words = special(incident.facts)

    return words or CATALOGUE[incident.kind].symptom


def why(incident: Incident) -> str:
    """How it came about, told when it is over; "" when that is not known."""
    if incident.kind in _WITNESSED:
        return _saw(incident)

    special = _WHYS.get(incident.kind, _detail)
    return special(incident.facts)


def _saw(incident: Incident) -> str:
    """What the first witness saw."""
    return said(incident.witnesses[0].saw, _DETAIL_LIMIT) if incident.witnesses else ""


def _detail(facts: Facts) -> str:
    return said(facts.detail, _DETAIL_LIMIT)


def _crash(facts: Facts) -> str:
    words = exit_words(facts) or "gone without a clean stop"
    return f"{words}; {_detail(facts)}" if facts.detail else words


def _stop(facts: Facts) -> str:
    return _detail(facts) or "a clean stop, and nobody started it again"


def _end(facts: Facts) -> str:
    parts = (exit_words(facts) if facts.exit != CLEAN else "", _detail(facts))
    return "; ".join(part for part in parts if part)


def _launch(facts: Facts) -> str:
    return _end(facts) or "it ended at once, without any output; most often its harness is not on the daemon's PATH"


def _hang(facts: Facts) -> str:
    if facts.detail == "stopped":
        return "a signal stopped its process"

    held = f"{facts.count} clients hold it that do not finish their requests; it goes on when they hang up, or after a minute"
    return held if facts.count else "its process lives and does not answer"


def _hung(facts: Facts) -> str:
    if facts.detail:
        return "a signal had stopped its process"

    return f"{facts.count} clients that did not finish their requests held it" if facts.count else ""


def _loop(facts: Facts) -> str:
    last = f"; the last end: {exit_words(facts)}" if facts.exit is not None else ""
    return f"{facts.count} restarts within 10 minutes{last}"


_CAUSES: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.DAEMON_CRASHED: _crash,
    Kind.DAEMON_STOPPED: _stop,
    Kind.DAEMON_UNRESPONSIVE: _hang,
    Kind.DAEMON_RESTARTED: restarted,
    Kind.DAEMON_RESTART_LOOP: _loop,
    Kind.SESSION_CRASHED: _end,
    Kind.SESSION_FAILED: _end,
    Kind.SESSION_LAUNCH_FAILED: _launch,
    Kind.SESSION_ORPHANED: _end,
    Kind.SESSION_KILLED: _end,
    Kind.SESSION_FINISHED: _end,
}
_WHYS: Mapping[Kind, Callable[[Facts], str]] = {
    Kind.DAEMON_CRASHED: _end,
    Kind.DAEMON_DUPLICATE: lambda _: "",
    Kind.DAEMON_UNRESPONSIVE: _hung,
    Kind.DAEMON_RESTART_LOOP: _loop,
}
_WITNESSED = frozenset({Kind.DAEMON_SOCKET_LOST, Kind.DAEMON_UNHEALTHY, Kind.DAEMON_INCOMPATIBLE})
"""What there is to say of these is what was seen."""


def name(text: str, limit: int = _NAME_LIMIT) -> str:
    """A harness or project name: hostile, so on one line and short."""
    return said(text, limit) or "?"


def session(brief: SessionBrief, *, title: bool = False, identified: bool = False) -> str:
    """`codex in shop 41 min`, with the title or the short id where wanted."""
    words = f"{name(brief.harness)} in {name(brief.project)} {span(brief.ran_for)}"
    shown = said(next((line for line in brief.title.splitlines() if line.strip()), ""), TITLE_LIMIT) if title else ""
    words = f"{words} “{shown}”" if shown else words
    return f"{words} ({short_id(brief)})" if identified else words


def short_id(brief: SessionBrief) -> str:
    """The first part of the session's id, which Coven's commands take too."""
    return one_line(brief.id[:_SHORT], _SHORT)


def sessions(briefs: Sequence[SessionBrief], *, titles: bool, label: str = "") -> str:
    """The first few sessions, and how many more; "" when there are none. Namesakes are told apart by their ids."""
    if not briefs:
        return ""

    namesakes = Counter((brief.harness, brief.project) for brief in briefs)
    named = " · ".join(
        session(brief, title=titles, identified=namesakes[brief.harness, brief.project] > 1) for brief in briefs[:NAMED]
    )
    more = f" · + {len(briefs) - NAMED} more" if len(briefs) > NAMED else ""
    return f"{label}{named}{more}"


def next_step(incident: Incident, place: Place) -> str:
    """The command to run next and what it does, or ""."""
    found = suggestions(incident.kind, incident.facts, place)
    return f"{found[0].why}: {found[0].run} ({EFFECTS[found[0].effect]})" if found else ""


def go_on(incident: Incident, place: Place) -> tuple[str, ...]:
    """How to go on with the sessions that were lost, for the first few."""
    found = [made for brief in incident.facts.lost[:NAMED] if (made := resume(brief, incident.facts.home, place)) is not None]
    return tuple(f"{made.why}: {made.run} ({EFFECTS[Effect.STARTS]})" for made in found)


def when(incident: Incident, now: int, place: Place) -> str:
    """When it began: a moment, or between two when nobody watched."""
    return _at(incident, incident.fact_at, now, place)


def became(incident: Incident, now: int, place: Place) -> str:
    """When it became what it is."""
    return _at(incident, became_at(incident), now, place)


def _at(incident: Incident, moment: int, now: int, place: Place) -> str:
    between = incident.facts.between
    return clock_time(moment, now, place.zone) if between is None else _between(between, now, place)


def lasted(incident: Incident, now: int, place: Place) -> str:
    """From when to when it was so, and how long; it may have begun or ended while nobody watched."""
    end = now if incident.resolved_at is None else incident.resolved_at
    began, over = clock_time(incident.fact_at, now, place.zone), clock_time(end, now, place.zone)
    between = incident.facts.between
    if between is None:
        return f"{began}–{over} ({span(end - incident.fact_at)})"

    unseen = f"some time {_between(between, now, place)}"
    return f"from {began} until {unseen}" if ended_unseen(incident) else f"since {unseen}, until {over}"


def ended_unseen(incident: Incident) -> bool:
    """Whether it was over before anybody looked again."""
    between = incident.facts.between
    return incident.resolved_at is not None and between is not None and between[0] >= incident.fact_at


def _between(between: tuple[int, int], now: int, place: Place) -> str:
    began, over = (clock_time(wall, now, place.zone) for wall in between)
    return f"between {began} and {over}"


def summary(incident: Incident) -> str:
    """One line for lists: headline, cause and cost."""
    parts = [headline(incident), cause(incident)]
    line = ": ".join(part for part in parts if part)
    return f"{line} · {cost(incident)}" if cost(incident) else line
