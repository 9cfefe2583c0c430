"""Commands to run next: filled in for the case, with their effect, and only when they are safe to print and can work."""

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.advice import Suggestion, resume, suggestions
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import Effect, Kind
from decide.pages import PLACE
from decide.verdicts import HOME, brief

assert PROFILE

FACTS = Facts(home=HOME, pid=4711, sessions=(brief(),))
OTHER = replace(FACTS, home="/srv/coven")


def runs(kind: Kind, facts: Facts = FACTS, place: Place = PLACE) -> list[str]:
    """Only the commands."""
    return [one.run for one in suggestions(kind, facts, place)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.DAEMON_CRASHED, ["coven daemon start"]),
        (Kind.DAEMON_SOCKET_LOST, ["kill 4711"]),
        (Kind.DAEMON_UNRESPONSIVE, ["coven-watchdog check", "kill -9 4711"]),
        (Kind.DAEMON_UNHEALTHY, ["tail -n 60 ~/.coven/daemon-recovery.log", "coven daemon restart"]),
        (Kind.DAEMON_RECORD_INVALID, ["rm ~/.coven/daemon.json"]),
        (Kind.HOME_MISSING, ["coven-watchdog doctor"]),
        (Kind.SESSION_FAILED, ["coven sessions log 3f0c9a12", "coven run codex --continue 3f0c9a12-77aa"]),
    ],
)
def test_the_catalogues_advice_for_this_case(kind: Kind, expected: list[str]) -> None:
    """Names are filled in; the most useful comes first."""
    assert runs(kind) == expected


def test_every_kind_gives_only_commands_without_gaps() -> None:
    """With or without facts, no placeholder and no None is printed, and every command has its effect."""
    for kind in CATALOGUE:
        for facts in (FACTS, Facts()):
            for one in suggestions(kind, facts, PLACE):
                assert not set("{}") & set(one.run)
                assert "None" not in one.run
                assert one.effect in Effect
                assert one.why


def test_what_is_not_known_gives_no_command() -> None:
    """No pid, no kill; no home, no log; no session, no log of it."""
    nothing = Facts()
    assert (
        runs(Kind.DAEMON_SOCKET_LOST, nothing) == runs(Kind.STORE_BROKEN, nothing) == runs(Kind.SESSION_FAILED, nothing) == []
    )
    assert runs(Kind.DAEMON_SOCKET_LOST, Facts(identity=Identity(99, 1), pid=4711)) == ["kill 99"]


def test_a_remedy_of_the_case_goes_first() -> None:
    """What was found wrong says itself how to mend it."""
    assert suggestions(Kind.HOME_INSECURE, Facts(remedy="chmod 700 ~/.coven"), PLACE) == (
        Suggestion("chmod 700 ~/.coven", Effect.MENDS, "Mend it"),
    )


def test_a_paused_daemon_is_let_go_on() -> None:
    """Not killed."""
    assert runs(Kind.DAEMON_UNRESPONSIVE, replace(FACTS, detail="stopped")) == ["kill -CONT 4711"]
    assert runs(Kind.SESSION_STALLED, replace(FACTS, detail="a signal stopped its process 4711")) == ["kill -CONT 4711"]
    assert runs(Kind.DAEMON_UNRESPONSIVE, Facts(detail="stopped")) == ["coven-watchdog check"]


@pytest.mark.parametrize("kind", [Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED])
def test_a_stranger_in_the_record(kind: Kind) -> None:
    """Start, stop and restart refuse until the record is removed: that comes first, and destroys evidence."""
    remove, start = suggestions(kind, replace(FACTS, record_holder="stranger"), PLACE)
    assert (remove.run, remove.effect) == ("rm ~/.coven/daemon.json", Effect.DESTROYS_EVIDENCE)
    assert (start.run, start.effect) == ("coven daemon start", Effect.STARTS)
    assert runs(kind, Facts(record_holder="stranger")) == ["coven daemon start"]


@pytest.mark.parametrize("kind", [Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED])
def test_a_zombie_in_the_record(kind: Kind) -> None:
    """A start works as soon as it is reaped."""
    zombie = replace(FACTS, record_holder="zombie")
    assert suggestions(kind, zombie, PLACE) == (
        Suggestion("coven daemon start", Effect.STARTS, "Start it as soon as process 4711 is reaped"),
        Suggestion(
            "rm ~/.coven/daemon.json", Effect.DESTROYS_EVIDENCE, "If nobody reaps it, as in some containers, remove this first"
        ),
    )
    assert suggestions(kind, replace(zombie, pid=None), PLACE)[0].why == "Start it as soon as the dead process is reaped"


@pytest.mark.parametrize("holder", ["stranger", "zombie"])
def test_a_record_that_misleads_alone(holder: str) -> None:
    """While nothing crashed it is removed: a start works then, beside a zombie too (seen on 0.4.6)."""
    assert runs(Kind.DAEMON_RECORD_INVALID, replace(FACTS, record_holder=holder)) == ["rm ~/.coven/daemon.json"]


def test_a_remedy_of_coven_goes_to_the_right_home() -> None:
    """It needs the variable like any other command of Coven's."""
    (one,) = suggestions(Kind.DAEMON_RECORD_INVALID, replace(OTHER, remedy="coven daemon status"), PLACE)
    assert (one.run, one.effect) == ("COVEN_HOME=/srv/coven coven daemon status", Effect.MENDS)


def test_another_home_needs_its_variable() -> None:
    """Coven's own commands do; kill, tail and ours do not."""
    assert runs(Kind.DAEMON_CRASHED, OTHER) == ["COVEN_HOME=/srv/coven coven daemon start"]
    assert runs(Kind.DAEMON_UNRESPONSIVE, OTHER) == ["coven-watchdog check", "kill -9 4711"]
    assert runs(Kind.DAEMON_UNHEALTHY, OTHER)[0] == "tail -n 60 /srv/coven/daemon-recovery.log"


def test_paths_are_quoted_for_the_shell() -> None:
    """A path with anything but plain characters is quoted whole, and is what the shell will see."""
    odd = replace(FACTS, home="/home/ada/my coven; reboot")
    assert runs(Kind.DAEMON_RECORD_INVALID, odd) == ["rm '/home/ada/my coven; reboot/daemon.json'"]
    assert runs(Kind.DAEMON_CRASHED, odd) == ["COVEN_HOME='/home/ada/my coven; reboot' coven daemon start"]


def test_what_a_terminal_would_obey_gives_no_command() -> None:
    """A home with control or invisible characters in its name is not printed as a command."""
    for home in ("/srv/a\nb", "/srv/\x1b[2J", "/srv/\u202eb"):
        hostile = replace(FACTS, home=home)
        assert runs(Kind.DAEMON_CRASHED, hostile) == runs(Kind.DAEMON_RECORD_INVALID, hostile) == []
        assert resume(brief(), home, PLACE) is None


def test_resuming() -> None:
    """From the full id, with the harness, in the home it was in; the project is named in words."""
    made = resume(brief(), HOME, PLACE)
    assert made == Suggestion("coven run codex --continue 3f0c9a12-77aa", Effect.STARTS, "Go on in shop")
    made = resume(brief(project="a\nb" + "c" * 90), "/srv/coven", PLACE)
    assert made is not None
    assert (made.run, made.why) == (
        "COVEN_HOME=/srv/coven coven run codex --continue 3f0c9a12-77aa",
        f"Go on in a b{'c' * 20}…",
    )


IDS = st.one_of(st.text(max_size=20), st.from_regex(r"[A-Za-z0-9._:-]{1,300}", fullmatch=True), st.just("--help"))


@given(name=IDS, harness=IDS, home=st.text(max_size=40))
def test_a_command_is_what_it_looks_like(name: str, harness: str, home: str) -> None:
    """Whatever Coven calls things: each command is one printable line whose words the shell takes as they are."""
    session = brief(id=name, harness=harness)
    facts = Facts(home=home, pid=1, sessions=(session,), lost=(session,))
    found = [one for kind in CATALOGUE for one in suggestions(kind, facts, PLACE)]
    going_on = resume(session, home, PLACE)
    for one in (*found, *([going_on] if going_on else [])):
        assert one.run.isprintable()
        words = shlex.split(one.run)
        assert words[0] in {"coven", "coven-watchdog", "df", "kill", "ps", "tail", "rm"} or words[0].startswith("COVEN_HOME=")
        if "--continue" in words:
            assert words[words.index("--continue") + 1] == name
            assert not name.startswith("-")
