"""What people type to say which kinds, session or home."""

import os
from pathlib import Path

import pytest

from coven_watchdog.cli.matchers import exact_kind, home_key, kind_glob, known_homes, known_sessions, session_id
from coven_watchdog.errors import UsageError
from report.filled import CRASH, FAILED, HANG, OWN
from store.builders import HOME, look

HOMES = {HOME: "devbox", "/srv/coven": "", "/home/ada/work/.coven": "work"}
SESSIONS = ("3f0c2d1e", "3f0caaaa", "99aa", "99")


@pytest.mark.parametrize("glob", ["*", "daemon.*", "session.failed", "*.insecure", " Daemon.Crashed ", "daemon.[cs]*"])
def test_a_glob_that_means_something(glob: str) -> None:
    """A kind, or a pattern of some, in any case."""
    assert kind_glob(glob) == glob.strip().lower()


@pytest.mark.parametrize(
    ("glob", "said"),
    [
        ("deamon.*", r"this pattern matches no kind: 'deamon\.\*'; did you mean daemon\.\*\?"),
        ("sesion.failed", r"this kind is unknown: 'sesion\.failed'; did you mean session\.failed\?"),
        ("daemon", "this kind is unknown: 'daemon'"),
        ("", "this kind is unknown: ''"),
        ("\x1b[2J*", r"this pattern matches no kind: '\[?"),
    ],
)
def test_a_glob_that_matches_nothing(glob: str, said: str) -> None:
    """The error has a suggestion, and the families."""
    with pytest.raises(UsageError, match=said) as caught:
        kind_glob(glob)

    assert caught.value.where == "--kind"
    assert "daemon.*, " in caught.value.next_step
    assert ", home.*, " in caught.value.next_step
    assert "\x1b" not in caught.value.message


def test_one_kind() -> None:
    """A pattern that means one is as good; one that means several is not, and they are named."""
    assert exact_kind("Daemon.Crashed") == exact_kind("daemon.cr*") == "daemon.crashed"
    with pytest.raises(UsageError, match=r"'\*\.insecure' stands for 2 kinds") as caught:
        exact_kind("*.insecure")

    assert caught.value.next_step == "name one of them: home.insecure, socket.insecure"
    with pytest.raises(UsageError, match="did you mean"):
        exact_kind("daemon.crashd")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("devbox", HOME),
        ("DEV", HOME),
        (HOME, HOME),
        (f"{HOME}/", HOME),
        ("~/.coven", HOME),
        ("work", "/home/ada/work/.coven"),
        ("srv", "/srv/coven"),
        ("/srv/../srv/coven", "/srv/coven"),
    ],
)
def test_a_home(text: str, key: str) -> None:
    """Its name, its path however it is written, or a part that only one has; what is exact goes before a part."""
    assert home_key(text, HOMES, {"HOME": "/home/ada"}) == key


def test_a_home_from_where_one_stands(tmp_path: Path) -> None:
    """A relative path means what it means in the shell."""
    key = str(tmp_path / ".coven")
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert home_key("./.coven", {key: "", "/other/.coven": ""}, {}) == key
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    ("text", "said"),
    [("nix", "there is no home 'nix'"), ("coven", "3 homes could be meant by 'coven'"), ("", "there is no home ''")],
)
def test_a_home_that_is_not_the_only_one(text: str, said: str) -> None:
    """None, or several: those that can be meant are named."""
    with pytest.raises(UsageError, match=said) as caught:
        home_key(text, HOMES, {"HOME": "/home/ada"})

    assert caught.value.next_step == f"there are: devbox ({HOME}), /srv/coven, work (/home/ada/work/.coven)"


def test_the_only_home() -> None:
    """Is named as that."""
    with pytest.raises(UsageError) as caught:
        home_key("nix", {HOME: ""}, {})

    assert caught.value.next_step == f"there is: {HOME}"


@pytest.mark.parametrize(("text", "found"), [("3f0c2", "3f0c2d1e"), ("99a", "99aa"), (" 99 ", "99")])
def test_a_session(text: str, found: str) -> None:
    """By its beginning; a whole id also when another begins with it."""
    assert session_id(text, SESSIONS) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3f", "2 sessions begin with '3f': 3f0c2d1e, 3f0caaaa$"),
        ("zz", "no session that is watched begins with 'zz'"),
        ("", "no session that is watched begins with ''"),
    ],
)
def test_a_session_that_is_not_the_only_one(text: str, said: str) -> None:
    """None, or several, which are named."""
    with pytest.raises(UsageError, match=said) as caught:
        session_id(text, [*SESSIONS, "3f0c2d1e"])

    assert caught.value.next_step


def test_many_sessions_are_not_all_named() -> None:
    """Five are enough to see what is meant."""
    with pytest.raises(UsageError, match=r"7 sessions begin with 'a': a0, a1, a2, a3, a4, …"):
        session_id("a", [f"a{number}" for number in range(7)])


def test_which_sessions_are_known() -> None:
    """Those that live, those that are ending, and whatever an incident speaks of."""
    ending = look(ending=look().live, live=())
    assert set(known_sessions([look()], [])) == set(known_sessions([ending], [])) == {"3f0c"}
    assert set(known_sessions([], [CRASH, HANG, OWN])) == {"3f0c", "99aa", "77cc"}
    assert set(known_sessions([], [FAILED])) == {"3f0c"}


def test_which_homes_are_known() -> None:
    """Those with a story, those that were looked at, those of the configuration, whose name counts; never the watchdog itself."""
    homes = known_homes([look(name="seen"), look("/b", name="b")], [CRASH, OWN], {HOME: "", "/b": "better", "/c": "c"})
    assert homes == {HOME: "seen", "/b": "better", "/c": "c"}
    assert known_homes([], [CRASH], {}) == {HOME: ""}
