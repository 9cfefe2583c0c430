"""What `silence` and `ack` show."""

from dataclasses import replace

from coven_watchdog.model.incidents import Ack
from coven_watchdog.report.silences import ack_shown, listed_silence, silences_of, unsilenced
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import Hush
from report.filled import CRASH, FAILED, HANG, NOW, OWN
from store.builders import START, silence

ALL = (OWN, CRASH)
DAEMON = silence("s-dae", kind="daemon.*")


def test_the_list_says_what_is_hidden() -> None:
    """Open incidents, the worst first; what is over or was told once is hidden from nobody."""
    found = silences_of(Hush((DAEMON, silence()), NOW), (*ALL, HANG, FAILED)).silences
    assert [(one.id, [hidden.id for hidden in one.hides]) for one in found] == [
        ("s-dae", ["k7fq"]),
        ("s-k7f", ["k7fq", "c4nn"]),
    ]
    assert found[0].hides[0].summary == "Coven crashed: killed by signal 9 · 2 sessions hit"


def test_a_new_silence_hides_by_itself() -> None:
    """Whatever others hide as well."""
    assert [one.id for one in listed_silence(DAEMON, Hush((silence(),), NOW), ALL).hides] == ["k7fq"]


def test_what_is_told_again() -> None:
    """Only what no other silence hides, and nobody has acknowledged."""
    acknowledged = replace(OWN, ack=Ack(START, "ada"))
    assert [one.id for one in unsilenced(silence(), Hush((), NOW), ALL).told_again] == ["k7fq", "c4nn"]
    assert [one.id for one in unsilenced(silence(), Hush((DAEMON,), NOW), ALL).told_again] == ["c4nn"]
    assert unsilenced(silence(), Hush((DAEMON,), NOW), (CRASH, acknowledged)).told_again == ()


def test_an_acknowledgement() -> None:
    """What it is now, and what it was before."""
    now, before = Ack(NOW, "ada"), Ack(START, "bob", "mine")
    shown = ack_shown(replace(CRASH, ack=now), before, Hush((), NOW))
    assert shown.acknowledgement is not None
    assert shown.before is not None
    assert (shown.incident.acknowledged, shown.acknowledgement.at, shown.before.reason) == (True, moment(NOW), "mine")
    undone = ack_shown(CRASH, None, Hush((), NOW))
    assert (undone.incident.acknowledged, undone.acknowledgement, undone.before) == (False, None, None)
