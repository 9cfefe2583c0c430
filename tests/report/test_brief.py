"""What is worth a line at a prompt."""

from dataclasses import dataclass, replace

from coven_watchdog.model.incidents import Ack, Incident
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.report.brief import Brief, brief_of
from coven_watchdog.report.times import moment
from report.filled import CRASH, NOW, OWN
from store.builders import incident, service, silence

SERVICE = service(seen_at=NOW)


@dataclass(frozen=True)
class Shelf:
    """What a store has."""

    found: tuple[Incident, ...] = ()
    hidden: tuple[Silence, ...] = ()
    look: WatchdogLook | None = SERVICE

    def watchdog(self) -> WatchdogLook | None:
        """The service."""
        return self.look

    def incidents(self, *, open_only: bool = False) -> tuple[Incident, ...]:
        """Those that are open."""
        assert open_only
        return self.found

    def silences(self, now: int) -> tuple[Silence, ...]:
        """What is silenced."""
        assert now == NOW
        return self.hidden


def _brief(shelf: Shelf, *, alive: bool = True) -> Brief:
    return brief_of(shelf, NOW, lambda _: alive)


def test_nothing_when_all_is_well() -> None:
    """A service that runs and nothing open that is a warning or worse."""
    mild = incident("i1", kind=Kind.SESSION_STUCK, severity=Severity.INFO)
    assert _brief(Shelf((mild,))) == Brief(watched=True, seen_at=None, worst=None, more=0)


def test_the_worst_and_how_many_more() -> None:
    """The worst stands for all; of equals the oldest."""
    found = _brief(Shelf((OWN, replace(CRASH, id="n3w", opened_at=CRASH.opened_at + 1), CRASH)))
    assert found.worst is not None
    assert (found.worst.id, found.more) == (CRASH.id, 2)


def test_what_somebody_has_in_hand_is_quiet() -> None:
    """An acknowledged incident and a silenced one are no news to whoever types; once the acknowledgement has ended it is."""
    acknowledged = replace(CRASH, ack=Ack(NOW - 2, "ada", "", None))
    assert _brief(Shelf((acknowledged,))).worst is None
    assert _brief(Shelf((CRASH,), (silence(until=NOW + 1),))).worst is None
    assert _brief(Shelf((replace(CRASH, ack=Ack(NOW - 2, "ada", "", NOW - 1)),))).worst is not None


def test_nobody_watches() -> None:
    """A service that has ended is said, with its last sign; so is one that never was."""
    assert _brief(Shelf((CRASH,)), alive=False).seen_at == moment(NOW)
    assert _brief(Shelf((), look=None)) == Brief(watched=False, seen_at=None, worst=None, more=0)
