"""Names as people give them."""

import sqlite3

import pytest

from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.telling import Plan
from coven_watchdog.store.codec import encode
from coven_watchdog.store.naming import incident_named, silence_named
from coven_watchdog.store.writing import write_plan
from store.builders import START, at, incident, moment, silence


@pytest.fixture
def known(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Three incidents and three silences, one of which is over."""
    names = ("k7", "k7fq", "r2dd")
    write_plan(connection, Plan(incidents=tuple(incident(name, subject=name) for name in names)), moment())
    for one in (silence("s-k7f"), silence("s-k8z"), silence("s-r2d", until=at(5).wall)):
        connection.execute("INSERT INTO silence VALUES (?, ?, ?)", (one.id, one.until, encode(one)))

    return connection


@pytest.mark.parametrize(
    ("name", "found"), [("k7fq", "k7fq"), ("K7F", "k7fq"), (" r", "r2dd"), ("k7fq.12", "k7fq"), ("k7", "k7"), ("k7.1", "k7")]
)
def test_an_incident_by_its_beginning(known: sqlite3.Connection, name: str, found: str) -> None:
    """In any case, by a message's token, and exactly when a whole id is the beginning of another."""
    assert incident_named(known, name).id == found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zz", "there is no incident 'zz'"),
        ("", "there is no incident ''"),
        (".1", "there is no incident ''"),
        ("%", "there is no incident '%'"),
        ("k", "2 incidents begin with 'k': k7, k7fq$"),
    ],
)
def test_an_incident_that_is_not_the_only_one(known: sqlite3.Connection, name: str, said: str) -> None:
    """None, or several, which are named; no character means any other."""
    with pytest.raises(WatchdogError, match=said):
        incident_named(known, name)


@pytest.mark.parametrize("name", ["s-k7f", "k7f", "k7", "S-K7", " s-k7 "])
def test_a_silence_by_its_beginning(known: sqlite3.Connection, name: str) -> None:
    """With its mark or without."""
    assert silence_named(known, name, START).id == "s-k7f"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zz", "there is no silence 'zz'"),
        ("k", "2 silences begin with 'k': s-k7f, s-k8z$"),
        ("", "3 silences begin with ''"),
        ("s-", "3 silences begin with 's-'"),
    ],
)
def test_a_silence_that_is_not_the_only_one(known: sqlite3.Connection, name: str, said: str) -> None:
    """None, or several, which are named."""
    with pytest.raises(WatchdogError, match=said):
        silence_named(known, name, START)


def test_what_is_over_does_not_stand_in_the_way(known: sqlite3.Connection) -> None:
    """A beginning means what is in force; only when there is none such is it said when the old one ended."""
    known.execute("UPDATE silence SET until = ? WHERE id = 's-k8z'", (START,))
    assert silence_named(known, "k", at(1).wall).id == "s-k7f"
    with pytest.raises(WatchdogError, match=r"s-r2d expired at \d\d:\d\d; it hides nothing any more") as caught:
        silence_named(known, "r", at(6).wall)

    assert "silence list" in caught.value.next_step
