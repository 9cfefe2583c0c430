"""Values survive the way through JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.errors import StoreError
from coven_watchdog.model.facts import Scene
from coven_watchdog.model.incidents import Ack, Chapter, Facts, Incident
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import Kind, Severity, Transition
from coven_watchdog.store.codec import decode, encode, titled, untitled, word
from store.builders import START, brief, incident, look


def test_an_incident_comes_back_as_it_was() -> None:
    """Enums, nested dataclasses, tuples of tuples: all of it."""
    full = incident(
        ack=Ack(START, "ada", "on it"),
        chapters=(Chapter(START, Transition.OPENED, Kind.DAEMON_CRASHED, Severity.CRITICAL),),
        scene=Scene(START, record="{}", log_tail=("panicked at 'x'",), panic=True),
        facts=Facts(between=(START, START + 1), lost=(brief(),), detail="§ “quoted” \n\x1b[31m"),
        reopenings=(START,),
    )
    assert decode(encode(full), Incident) == full


def test_a_look_comes_back_as_it_was() -> None:
    """Mappings too."""
    assert decode(encode(look()), HomeLook) == look()


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_can_be_kept(text: str) -> None:
    """Hostile text is kept; only half characters, which are no text, become question marks."""
    kept = decode(encode(incident(occurrence=text)), Incident).occurrence
    assert kept == text.encode("utf-8", "replace").decode()


def test_half_characters_are_replaced_wherever_they_are() -> None:
    """Also in keys and lists."""
    half = look(by_status={"a\ud800": 1}, notes=("b\udfff",))
    kept = decode(encode(half), HomeLook)
    assert (kept.by_status, kept.notes) == ({"a?": 1}, ("b?",))


def test_a_row_of_another_shape_says_what_it_is_not() -> None:
    """A word that this version does not know is an error of ours, not of a library."""
    with pytest.raises(StoreError, match=r"is no Incident.*daemon\.vanished"):
        decode(encode(incident()).replace("daemon.crashed", "daemon.vanished"), Incident)

    with pytest.raises(StoreError, match="is no Severity"):
        word("loud", Severity)

    assert word("info", Severity) is Severity.INFO


def test_titles_are_found_and_removed() -> None:
    """In sessions that were hit, lost, or live on; and what one printed. Everything else stays."""
    titles, none = (brief(), brief(id="other")), (brief(title=""), brief(id="other", title=""))
    for full, bare in (
        (Facts(sessions=titles, count=2), Facts(sessions=none, count=2)),
        (Facts(lost=titles, count=2), Facts(lost=none, count=2)),
        (Facts(survivors=titles, count=2), Facts(survivors=none, count=2)),
        (Facts(output=("words",), count=2), Facts(count=2)),
    ):
        assert titled(incident(facts=full))
        assert not titled(incident(facts=bare))
        assert untitled(incident(facts=full)) == incident(facts=bare)
