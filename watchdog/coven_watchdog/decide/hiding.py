"""Whether people have hidden something: a silence or an acknowledgement and an incident in, yes or no out. Pure."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from coven_watchdog.model.incidents import Ack, Incident
from coven_watchdog.model.telling import Silence

_SESSION = "session:"


def matches(silence: Silence, incident: Incident) -> bool:
    """Whether a silence means this incident; every matcher that is given must match."""
    return (
        fnmatchcase(incident.kind, silence.kind)
        and (not silence.session or incident.subject == f"{_SESSION}{silence.session}")
        and silence.home in {"", incident.home}
    )


def hiding(silences: Iterable[Silence], incident: Incident, now: int) -> tuple[Silence, ...]:
    """The silences that are in force at `now` (wall µs) and mean this incident, the longest last."""
    found = [one for one in silences if now < one.until and matches(one, incident)]
    return tuple(sorted(found, key=lambda one: one.until))


def holds(ack: Ack | None, now: int) -> bool:
    """Whether it is acknowledged at `now` (wall µs): until then, or until it is over."""
    return ack is not None and (ack.until is None or now < ack.until)
