"""Every kind is in the catalogue once, whole, and fit to be read."""

import re

import pytest

from coven_watchdog.catalogue import CATALOGUE, EFFECTS, STORY_KINDS, Entry, matching, order
from coven_watchdog.model.words import Effect, Form, Kind, Severity
from coven_watchdog.settings import Probe

ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=str)


def test_every_kind_has_an_entry_in_the_same_order() -> None:
    """Nothing can be judged that cannot be told, and order has one home."""
    assert list(CATALOGUE) == list(Kind)
    assert [order(kind) for kind in Kind] == list(range(len(Kind)))


@ENTRIES
def test_an_entry_is_whole(entry: Entry) -> None:
    """Headline, symptom and meaning are there; sentences end as sentences do, headlines and symptoms do not."""
    assert entry.headline
    assert not entry.headline.endswith(".")
    assert entry.symptom
    assert not entry.symptom.endswith(".")
    assert entry.meaning.endswith(".")
    assert isinstance(entry.patience, int) or hasattr(Probe(), entry.patience)


@ENTRIES
def test_a_headline_fits_a_title(entry: Entry) -> None:
    """Mark, headline and a short machine's name fit in 50 characters, in trouble and after it."""
    assert len(f"✖ {entry.headline} on devbox") <= 50
    assert len(f"✔ {entry.ending[1]} on devbox") <= 50


@pytest.mark.parametrize("kind", Kind)
def test_states_end_and_events_do_not(kind: Kind) -> None:
    """A state has words for its end, an event none; an event waits for nothing, hides nothing, is not by sessions."""
    entry = CATALOGUE[kind]
    if entry.form is Form.STATE:
        assert all(entry.ending)
    else:
        assert (entry.ending, entry.patience, entry.inhibits, entry.by_sessions) == (("", ""), 0, False, False)


@pytest.mark.parametrize("kind", Kind)
def test_advice_names_only_what_can_be_filled_in(kind: Kind) -> None:
    """Placeholders are those that exist; each command is one printable line with an effect."""
    for advice in CATALOGUE[kind].advice:
        assert set(re.findall(r"{(.*?)}", advice.run)) <= {"log", "home", "record", "pid", "peer", "id", "short", "harness"}
        assert advice.run.isprintable()
        assert advice.why
        assert advice.effect in EFFECTS


@pytest.mark.parametrize(
    ("kind", "form", "severity", "patience"),
    [
        (Kind.DAEMON_CRASHED, Form.STATE, Severity.CRITICAL, 0),
        (Kind.DAEMON_STOPPED, Form.STATE, Severity.INFO, "stopped_grace"),
        (Kind.DAEMON_UNRESPONSIVE, Form.STATE, Severity.CRITICAL, 0),
        (Kind.DAEMON_INCOMPATIBLE, Form.STATE, Severity.WARNING, 0),
        (Kind.DAEMON_RECORD_INVALID, Form.STATE, Severity.WARNING, 5_000_000),
        (Kind.DAEMON_IMPOSTOR, Form.STATE, Severity.CRITICAL, 5_000_000),
        (Kind.DAEMON_RESTARTED, Form.EVENT, Severity.INFO, 0),
        (Kind.HOME_MISSING, Form.STATE, Severity.WARNING, 1_000_000),
        (Kind.STORE_BROKEN, Form.STATE, Severity.CRITICAL, 0),
        (Kind.SESSION_FAILED, Form.EVENT, Severity.WARNING, 0),
        (Kind.SESSION_KILLED, Form.EVENT, Severity.OFF, 0),
        (Kind.SESSION_FINISHED, Form.EVENT, Severity.INFO, 0),
        (Kind.WATCHDOG_CHANNEL_FAILING, Form.STATE, Severity.WARNING, 0),
    ],
)
def test_what_is_promised(kind: Kind, form: Form, severity: Severity, patience: int | str) -> None:
    """Form, severity and patience as the documentation has them."""
    entry = CATALOGUE[kind]
    assert (entry.form, entry.severity, entry.patience) == (form, severity, patience)


def test_by_sessions() -> None:
    """Critical only when sessions were live, or when that is not known."""
    assert {kind for kind, entry in CATALOGUE.items() if entry.by_sessions} == {
        *(Kind.DAEMON_CRASHED, Kind.DAEMON_SOCKET_LOST, Kind.DAEMON_UNRESPONSIVE, Kind.DAEMON_UNHEALTHY),
        Kind.DAEMON_START_FAILED,
    }


def test_whose_story_tells_others() -> None:
    """A daemon out of service, and a home that is gone; not a stranger, another version or a misleading record."""
    assert {
        *(Kind.DAEMON_CRASHED, Kind.DAEMON_SOCKET_LOST, Kind.DAEMON_UNRESPONSIVE, Kind.DAEMON_UNHEALTHY),
        *(Kind.DAEMON_STOPPED, Kind.DAEMON_START_FAILED, Kind.HOME_MISSING),
    } == STORY_KINDS


def test_every_effect_has_its_words() -> None:
    """What a suggested command does is always said."""
    assert set(EFFECTS) == set(Effect)


def test_globs() -> None:
    """A glob names kinds in their order; a wrong one names none."""
    assert matching("home.*") == (Kind.HOME_MISSING, Kind.HOME_INSECURE)
    assert matching("session.f*") == (Kind.SESSION_FAILED, Kind.SESSION_FINISHED)
    assert matching("*") == tuple(Kind)
    assert matching("nosuch.*") == ()
