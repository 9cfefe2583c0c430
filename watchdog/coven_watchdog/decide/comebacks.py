"""What there is to say about the end of one daemon and the coming of the next: why it came, and what changed with it."""

from collections.abc import Mapping

from coven_watchdog.decide.text import said
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Incident
from coven_watchdog.model.words import Comeback

CLEAN = ExitStatus(code=0)
_LIMIT = 24


def exit_words(facts: Facts) -> str:
    """How it ended; "" when that is not known."""
    if facts.exit is None:
        return ""

    if facts.exit.signal is not None:
        return f"killed by signal {facts.exit.signal}"

    return f"exit code {facts.exit.code}" if facts.exit.code else "a clean stop"


def restarted(facts: Facts) -> str:
    """Why another daemon serves, and what has changed with it."""
    came = facts.comeback
    if came is Comeback.CRASH:
        how = exit_words(facts) if facts.exit != CLEAN else ""
        return _and_version(facts, f"the one before crashed{f' ({how})' if how else ''}; a new daemon took over")

    if came is Comeback.REBOOT:
        return _and_version(facts, "the machine was started anew, and a new daemon with it")

    versions = _versions(facts)
    if came is Comeback.UPGRADE:
        return f"an upgrade: {versions or 'its program was replaced'}"

    return versions or _CAME.get(came, "a new daemon took over")


_CAME: Mapping[Comeback | None, str] = {
    Comeback.MANUAL: "it was stopped cleanly and started again",
    Comeback.UNKNOWN: "a new daemon took over; why is not known",
}


def _versions(facts: Facts) -> str:
    """`version 1 became 2`, or "" where it did not change or is not known."""
    changed = facts.version and facts.old_version and facts.version != facts.old_version
    return f"version {said(facts.old_version, _LIMIT)} became {said(facts.version, _LIMIT)}" if changed else ""


def _and_version(facts: Facts, words: str) -> str:
    return f"{words}; {_versions(facts)}" if _versions(facts) else words


def comeback(incident: Incident) -> str:
    """What is remarkable about the daemon that came after: another version, another program, a reboot; else ""."""
    facts = incident.facts
    if facts.comeback is Comeback.UPGRADE:
        return f"came back upgraded{f', {_versions(facts)}' if _versions(facts) else ''}"

    return "came back with the machine" if facts.comeback is Comeback.REBOOT else _versions(facts) if facts.comeback else ""
