"""Which command to run next, filled in for the case at hand. A command is only given when it is safe to print and can work.

In: a kind and its facts, and what the machine is called; out: commands, each with its effect.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from coven_watchdog.catalogue import CATALOGUE, Advice
from coven_watchdog.decide.text import said
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Facts, SessionBrief
from coven_watchdog.model.words import Effect, Holder, Kind

_SAFE_ID = re.compile(r"(?!-)[A-Za-z0-9._:-]{1,256}")
_PLAIN = re.compile(r"~?[\w./-]+")
_SHORT = 8
_NAME = 24
_OF_COVEN = ("coven ",)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command for this case, with its effect and what it is for."""

    run: str
    effect: Effect
    why: str


def suggestions(kind: Kind, facts: Facts, place: Place) -> tuple[Suggestion, ...]:
    """What to run next, most useful first; empty when there is nothing safe to suggest."""
    special = _special(kind, facts, place)
    if special is None:
        return filled(CATALOGUE[kind].advice, facts, place)

    return tuple(suggestion for suggestion in special if suggestion.run.isprintable())


def filled(advice: Sequence[Advice], facts: Facts, place: Place) -> tuple[Suggestion, ...]:
    """Advice with this case's names, as far as they are known and safe to print."""
    made = (_made(one, facts, place) for one in advice)
    return tuple(one for one in made if one is not None and one.run.isprintable())


def resume(brief: SessionBrief, home: str, place: Place) -> Suggestion | None:
    """How to go on with a session that was lost: a new one is made from the full id, in its project (seen on 0.4.6)."""
    if not _safe(brief.id) or not _safe(brief.harness) or not home.isprintable():
        return None

    run = _command(f"coven run {brief.harness} --continue {brief.id}", home, place)
    return Suggestion(run, Effect.STARTS, f"Go on in {said(brief.project, _NAME)}")


def _special(kind: Kind, facts: Facts, place: Place) -> tuple[Suggestion, ...] | None:
    """The cases in which the catalogue's general command would not work."""
    if facts.remedy:
        return (Suggestion(_command(facts.remedy, facts.home, place), Effect.MENDS, "Mend it"),)

    if _stopped(kind, facts) and facts.pid:
        return (Suggestion(f"kill -CONT {facts.pid}", Effect.STARTS, "A signal stopped it; let it run on"),)

    if kind in _TO_START and facts.record_holder in _IN_THE_WAY:
        return _after(kind, facts, place)

    return None


def _stopped(kind: Kind, facts: Facts) -> bool:
    """Whether a signal (SIGSTOP, or a terminal's Ctrl-Z) keeps its process from going on."""
    if kind in {Kind.SESSION_STALLED, Kind.SESSION_WAITING}:
        return facts.detail.startswith("a signal stopped")

    return kind is Kind.DAEMON_UNRESPONSIVE and facts.detail == "stopped"


_TO_START = frozenset({Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED, Kind.DAEMON_RECORD_INVALID})
_IN_THE_WAY = frozenset({Holder.ZOMBIE, Holder.STRANGER})


def _after(kind: Kind, facts: Facts, place: Place) -> tuple[Suggestion, ...] | None:
    """A start is refused as it is (seen on 0.4.6): until the dead pid is reaped, or the record of somebody else's is removed."""
    start = _command("coven daemon start", facts.home, place)
    if facts.record_holder == Holder.ZOMBIE and kind is not Kind.DAEMON_RECORD_INVALID:
        process = f"process {facts.pid}" if facts.pid else "the dead process"
        wait = Suggestion(start, Effect.STARTS, f"Start it as soon as {process} is reaped")
        return (
            (wait, _remove(facts, place, "If nobody reaps it, as in some containers, remove this first"))
            if facts.home
            else (wait,)
        )

    if kind is Kind.DAEMON_RECORD_INVALID or not facts.home:
        return None

    remove = _remove(facts, place, "daemon.json names another program, so a start is refused. First remove it")
    return (remove, Suggestion(start, Effect.STARTS, "Then start it again"))


def _remove(facts: Facts, place: Place, why: str) -> Suggestion:
    """The record in the way: it is made anew (tried on 0.4.6)."""
    return Suggestion(f"rm {_path(facts, place, 'daemon.json')}", Effect.DESTROYS_EVIDENCE, why)


def _made(advice: Advice, facts: Facts, place: Place) -> Suggestion | None:
    """The catalogue's advice with this case's names, or None where a name is missing or not safe to print."""
    session = facts.sessions[0] if facts.sessions else None
    names = {
        "log": _path(facts, place, "daemon-recovery.log"),
        "home": _home(facts, place),
        "record": _path(facts, place, "daemon.json"),
        "pid": str(_pid(facts.identity, facts.pid) or ""),
        "peer": str(facts.pid or ""),
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


def _home(facts: Facts, place: Place) -> str:
    """The home as a shell takes it, short where it can be; "" when it is not known."""
    if not facts.home:
        return ""

    path = place.short(facts.home)
    return path if _PLAIN.fullmatch(path) else shlex.quote(facts.home)


def _path(facts: Facts, place: Place, name: str) -> str:
    """A file of the home as a shell takes it, short where it can be; "" when the home is not known."""
    if not facts.home:
        return ""

    path = place.short(f"{facts.home}/{name}")
    return path if _PLAIN.fullmatch(path) else shlex.quote(f"{facts.home}/{name}")


def _command(run: str, home: str, place: Place) -> str:
    """Coven's own commands need COVEN_HOME for a home that is not the default."""
    if not home or home == place.default_home or not run.startswith(_OF_COVEN):
        return run

    return f"COVEN_HOME={shlex.quote(home)} {run}"
