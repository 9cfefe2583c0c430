"""The documented symptoms lead to their first check."""

from dataclasses import replace

from coven_watchdog.catalogue.symptoms import SYMPTOMS
from coven_watchdog.diagnose import contact
from coven_watchdog.diagnose.case import unknown, wrong
from coven_watchdog.diagnose.symptoms import symptoms
from coven_watchdog.model.facts import Asked
from coven_watchdog.model.words import Answer, Kind, Outcome, Route, Topic
from diagnose.cases import HOME, NOW, down, finding, having, well


def test_all_of_them() -> None:
    """Coven's documentation names these five."""
    assert [one.words for one in SYMPTOMS] == [
        "connection refused",
        "unsupported API version",
        "harness not found",
        "session not live",
        "cwd rejected",
    ]
    assert all(one.next for one in symptoms(well(), ()))


def test_now() -> None:
    """Nothing of the kind in a home that is well; what only the asking client sees is not known."""
    assert [one.now for one in symptoms(well(), contact.daemon(well()))] == [Answer.NO] * 3 + [Answer.UNKNOWN] * 2


def test_refused() -> None:
    """A crash leads to what helps; so does a socket that refuses, whatever else is wrong."""
    case = finding(down(), Kind.DAEMON_CRASHED)
    found = symptoms(case, contact.daemon(case))[0]
    assert (found.now, found.topic, found.next[0].run) == (Answer.YES, Topic.DAEMON, "coven daemon start")
    refused = having(down(), health=Asked(HOME, NOW, Route.HEALTH, Outcome.REFUSED))
    assert symptoms(refused, ())[0].now is Answer.YES


def test_a_line_that_is_wrong() -> None:
    """A harness that is missing is the symptom itself; what is not known stays so."""
    found = symptoms(well(), (wrong(Topic.HARNESSES, "x"), unknown(Topic.API, "x")))
    assert [one.now for one in found[1:3]] == [Answer.UNKNOWN, Answer.YES]
    assert found[2].next[0].run == "coven adapter list"
    assert symptoms(replace(well(), incidents=()), ())[1].first != found[1].first
