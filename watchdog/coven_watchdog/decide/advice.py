"""Which command to run next, filled in for the case at hand. A command is only given when it is safe to print and can work."""

import re
import shlex
from dataclasses import dataclass

from coven_watchdog.catalogue import CATALOGUE, Advice
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Facts, SessionBrief
from coven_watchdog.model.words import Effect, Holder, Kind

_SAFE_ID = re.compile(r"[A-Za-z0-9._:-]{1,256}")
_SHORT = 8
_OF_COVEN = ("coven ",)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command for this case, with its effect and what it is for."""

    run: str
    effect: Effect
    why: str


def suggestions(kind: Kind, facts: Facts, place: Place) -> tuple[Suggestion, ...]:
    """What to run next, most useful first; empty when there is nothing safe to suggest."""
    if facts.remedy:
        return (Suggestion(facts.remedy, Effect.MENDS, "Mend it"),)

    special = _special(kind, facts, place)
    if special is not None:
        return special

    return tuple(made for advice in CATALOGUE[kind].advice if (made := _made(advice, facts, place)) is not None)


def start_words(facts: Facts, place: Place) -> str:
    """How a start can work now: at once, once the dead pid is reaped, or after the record is removed."""
    start = _command("coven daemon start", facts.home, place)
    if facts.record_holder == Holder.ZOMBIE:
        return f"Start it as soon as process {facts.pid} is reaped: {start}"

    if facts.record_holder == Holder.STRANGER:
        return f"daemon.json names another program, so a start is refused. First: rm {_record(facts, place)}"

    return f"Start it again: {start}"


def resume(brief: SessionBrief, home: str, place: Place) -> Suggestion | None:
    """How to go on with a session that was lost: a new one is made from the full id, in its project (seen on 0.4.6)."""
    if not _SAFE_ID.fullmatch(brief.id) or not _SAFE_ID.fullmatch(brief.harness):
        return None

    run = _command(f"coven run {brief.harness} --continue {brief.id}", home, place)
    return Suggestion(run, Effect.STARTS, f"Go on in {brief.project}")


def _special(kind: Kind, facts: Facts, place: Place) -> tuple[Suggestion, ...] | None:
    """The cases in which the catalogue's general command would not work."""
    if kind is Kind.DAEMON_UNRESPONSIVE and facts.detail == "stopped" and facts.pid:
        return (Suggestion(f"kill -CONT {facts.pid}", Effect.STARTS, "It was stopped by a signal; let it run on"),)

    if kind is Kind.DAEMON_RECORD_INVALID and facts.record_holder == Holder.ZOMBIE:
        return ()

    if kind is Kind.DAEMON_CRASHED and facts.record_holder == Holder.STRANGER:
        return (
            Suggestion(f"rm {_record(facts, place)}", Effect.DESTROYS_EVIDENCE, "Remove the misleading record, then start"),
        )

    return None


def _made(advice: Advice, facts: Facts, place: Place) -> Suggestion | None:
    """The catalogue's advice with this case's names, or None where a name is missing or not safe to print."""
    session = facts.sessions[0] if facts.sessions else None
    names = {
        "home": shlex.quote(facts.home) if facts.home else "",
        "record": _record(facts, place) if facts.home else "",
        "pid": str(_pid(facts.identity, facts.pid) or ""),
        "id": _safe(session.id if session else ""),
        "short": _safe(session.id if session else "")[:_SHORT],
        "harness": _safe(session.harness if session else ""),
    }
    wanted = re.findall(r"{(\w+)}", advice.run)
    if not all(names[name] for name in wanted):
        return None

    run = advice.run.format(**names)
    return Suggestion(_command(run, facts.home, place), advice.effect, advice.why)


def _pid(identity: Identity | None, pid: int | None) -> int | None:
    return identity.pid if identity else pid


def _safe(text: str) -> str:
    return text if _SAFE_ID.fullmatch(text) else ""


def _record(facts: Facts, place: Place) -> str:
    path = place.short(f"{facts.home}/daemon.json")
    return path if re.fullmatch(r"[~\w./-]+", path) else shlex.quote(f"{facts.home}/daemon.json")


def _command(run: str, home: str, place: Place) -> str:
    """Coven's own commands need COVEN_HOME for a home that is not the default."""
    if not home or home == place.default_home or not run.startswith(_OF_COVEN):
        return run

    return f"COVEN_HOME={shlex.quote(home)} {run}"
