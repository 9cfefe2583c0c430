"""Home, daemon, socket, health, API and capabilities: what is said of each, in every state."""

from dataclasses import replace

import pytest

from coven_watchdog.diagnose import contact
from coven_watchdog.model.facts import Asked, FilesSeen, Health, LockSeen, Problem, Record
from coven_watchdog.model.looks import DaemonLook
from coven_watchdog.model.words import CheckStatus, DaemonState, Holder, Kind, Outcome, Route
from diagnose.cases import FILES, HEALTH, HOME, LIFE, ME, NOW, SOCKET, WELL, down, finding, having, said, well


def test_a_home_that_is_well() -> None:
    """Every line is fine and has evidence."""
    for collect in (contact.home, contact.daemon, contact.socket, contact.health, contact.api, contact.capabilities):
        (line,) = collect(well())
        assert (line.status, len(line.witnesses) > 0) == (CheckStatus.OK, True), line


def test_what_is_said_of_it() -> None:
    """The words."""
    assert said(contact.home(well())) == [("ok", "~/.coven, and only you can look into it")]
    assert said(contact.daemon(well())) == [("ok", f"running · pid {ME.pid} · up 1 h · Coven 0.4.6")]
    assert said(contact.socket(well())) == [("ok", f"~/.coven/coven.sock, pid {ME.pid} listens")]
    assert said(contact.health(well())) == [("ok", "it answers in 25 ms that it is well")]
    assert said(contact.capabilities(well())) == [("ok", "sessions and events, which watching needs, and 1 more")]


def test_a_clean_stop() -> None:
    """Nothing is wrong, and what only a daemon could say is not known."""
    assert [line.status for line in (*contact.home(down()), *contact.daemon(down()), *contact.socket(down()))] == [
        CheckStatus.OK
    ] * 3
    for collect in (contact.health, contact.api, contact.capabilities):
        assert said(collect(down())) == [("unknown", "nothing to ask: no daemon runs")]


def test_no_home() -> None:
    """Coven never ran."""
    absent = down(DaemonState.ABSENT)
    assert said(contact.home(absent)) == [("ok", "~/.coven does not exist: Coven has not run here yet")]
    (line,) = contact.daemon(absent)
    assert (line.says, line.next[0].run) == ("not running: there is no home", "coven daemon start")


def test_a_home_that_cannot_be_seen() -> None:
    """What the system refuses is said, and nothing is guessed."""
    hidden = having(
        down(), {"daemon": DaemonLook()}, files=FilesSeen(HOME, NOW, error="the system does not let us look"), lock=None
    )
    assert said(contact.home(hidden)) == [("unknown", "~/.coven could not be looked at: the system does not let us look")]
    assert said(contact.daemon(hidden)) == [("unknown", "unknown: the system does not let us look")]
    assert said(contact.socket(hidden)) == [("unknown", "could not be looked at")]
    assert said(contact.health(hidden)) == said(contact.api(hidden)) == [("unknown", "whether a daemon runs cannot be seen")]
    unseen = having(hidden, files=None, health=None)
    assert contact.home(unseen)[0].status is CheckStatus.UNKNOWN
    assert said(contact.daemon(unseen)) == [("unknown", "unknown: not enough could be seen")]


def test_a_contract_that_is_not_understood() -> None:
    """The daemon runs all the same; a part of an answer that cannot be read is said to be unwatched."""
    other = having(well(), {"daemon": replace(well().look.daemon, state=DaemonState.INCOMPATIBLE)})
    assert contact.daemon(other)[0].status is CheckStatus.OK
    strange = replace(HEALTH, strange=("storage", "eventWriter"))
    (line,) = contact.capabilities(having(well(), life=replace(LIFE, health=strange)))
    assert line.status is CheckStatus.WARNING
    assert line.says.startswith("the health answer's storage and eventWriter cannot be read")


def test_an_unsafe_socket() -> None:
    """Nothing is asked of it, and that is said."""
    problem = Problem("socket", "is open to other users", open_to_others=True, remedy="")
    asked = replace(WELL, outcome=Outcome.UNTRUSTED, health=None)
    case = having(well(), {"daemon": DaemonLook()}, files=replace(FILES, problems=(problem,)), health=asked)
    assert said(contact.socket(case)) == [("unknown", "~/.coven/coven.sock was not connected to")]
    assert said(contact.health(case)) == [("unknown", "not asked while home or socket is not safe")]
    assert said(contact.daemon(case)) == [("unknown", "unknown: nothing is asked of it while home or socket is not safe")]


def test_a_socket_left_behind() -> None:
    """A file at which nobody listens is wrong."""
    refused = Asked(HOME, NOW, Route.HEALTH, Outcome.REFUSED, detail="nobody listens")
    case = having(down(), files=replace(FILES, socket=SOCKET), health=refused)
    assert said(contact.socket(case)) == [("warning", "~/.coven/coven.sock is left behind: nobody listens")]
    assert said(contact.health(case)) == [("unknown", "nothing to ask: no daemon runs")]


def test_a_socket_that_is_gone() -> None:
    """A daemon that cannot be reached."""
    case = having(well(), files=replace(FILES, socket=None), health=replace(WELL, outcome=Outcome.NO_SOCKET, health=None))
    assert said(contact.socket(case)) == [("warning", "~/.coven/coven.sock is not there, though the daemon runs")]
    assert said(contact.health(case)) == [("unknown", "nobody could be asked")]


def test_no_good_answer() -> None:
    """A daemon that hangs, one that says it is not well, and one in another pid namespace."""
    hung = having(
        well(), health=replace(WELL, outcome=Outcome.TIMED_OUT, detail="no answer within 1 s", health=None, peer=None)
    )
    assert said(contact.health(hung)) == [("warning", "no good answer: no answer within 1 s")]
    assert said(contact.socket(hung)) == [("ok", "~/.coven/coven.sock, somebody listens")]
    ill = having(well(), health=replace(WELL, health=replace(HEALTH, ok=False)))
    assert said(contact.health(ill)) == [("warning", "it answers in 25 ms that it is not well")]
    assert said(contact.api(having(well(), life=replace(LIFE, health=None)))) == [
        ("unknown", "it gave no answer that would say so")
    ]


def test_another_contract() -> None:
    """Another version is wrong, and so is a capability that is not there."""
    other = having(well(), life=replace(LIFE, health=Health(ok=True, api_version="coven.daemon.v2")))
    assert said(contact.api(other)) == [("warning", "coven.daemon.v2, but what this watchdog knows is coven.daemon.v1")]
    assert said(contact.capabilities(other)) == [("warning", "sessions and events not offered, which watching needs")]


@pytest.mark.parametrize(
    ("record", "holder", "words"),
    [
        (None, Holder.UNKNOWN, "no daemon.json"),
        (Record(), Holder.UNKNOWN, "daemon.json is not what Coven writes"),
        (Record(7), Holder.ZOMBIE, "daemon.json names pid 7, which has ended and waits to be reaped"),
        (Record(7), Holder.NOBODY, "daemon.json names pid 7, and there is no such process"),
        (Record(7), Holder.STRANGER, "daemon.json names pid 7, which is vim"),
        (Record(7), Holder.UNKNOWN, "daemon.json names pid 7, and whose that is cannot be known"),
    ],
)
def test_the_record(record: Record | None, holder: Holder, words: str) -> None:
    """Whom it names is evidence."""
    files = replace(FILES, record=record, record_holder=holder, record_program="vim")
    (line,) = contact.daemon(having(well(), files=files))
    assert line.witnesses[-1].saw == words


def test_the_lock() -> None:
    """Who holds it is evidence where the system tells, and an internal of Coven."""
    (line,) = contact.daemon(having(well(), lock=LockSeen(HOME, NOW, knowable=False)))
    assert [one.source for one in line.witnesses] == ["files"]
    assert [one.saw for one in contact.daemon(down())[0].witnesses] == ["nobody holds daemon-serve.lock", "no daemon.json"]


@pytest.mark.parametrize(
    ("kind", "subject", "collect"),
    [
        (Kind.HOME_INSECURE, "home", contact.home),
        (Kind.DAEMON_UNRESPONSIVE, "daemon", contact.daemon),
        (Kind.SOCKET_INSECURE, "home", contact.socket),
        (Kind.DAEMON_INCOMPATIBLE, "daemon", contact.api),
        (Kind.CAPABILITY_MISSING, "capability:afs", contact.capabilities),
    ],
)
def test_what_the_rules_find_stands_first(kind: Kind, subject: str, collect: object) -> None:
    """A finding takes the place of what the collector would have said."""
    assert callable(collect)
    assert [line.kind for line in collect(finding(well(), kind, subject))] == [kind]
