"""Tests of `coven.trust`."""

import os
import socket
from collections.abc import Iterator

import pytest

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.trust import examine
from coven_watchdog.errors import CovenError, ForbiddenError
from coven_watchdog.model.facts import Problem
from coven_watchdog.model.words import FileType
from programs import as_nobody, needs_root
from raw_server import short_directory

UID = os.getuid()


@pytest.fixture
def home() -> Iterator[HomePaths]:
    """A home as Coven makes it, with a socket in it."""
    with short_directory() as directory, socket.socket(socket.AF_UNIX) as listener:
        root = directory / "home"
        root.mkdir(mode=0o700)
        paths = HomePaths(root)
        listener.bind(str(paths.socket))
        paths.socket.chmod(0o600)
        yield paths


def only(home: HomePaths, uid: int = UID) -> Problem:
    """The one problem that is found."""
    (problem,) = examine(home, uid).problems
    return problem


def test_a_home_as_coven_makes_it_is_trusted(home: HomePaths) -> None:
    """Type, owner, mode and inode of both are told, and no problem."""
    found = examine(home, UID)
    assert found.problems == ()
    assert found.directory is not None
    assert found.socket is not None
    assert (found.directory.type, found.directory.mode) == (FileType.DIRECTORY, 0o700)
    assert (found.socket.type, found.socket.mode, found.socket.uid) == (FileType.SOCKET, 0o600, UID)
    assert found.socket.inode == home.socket.lstat().st_ino
    assert found.socket.mtime == home.socket.lstat().st_mtime_ns


def test_what_is_not_there_is_no_problem(home: HomePaths) -> None:
    """An absent socket or home is a fact of another kind."""
    home.socket.unlink()
    found = examine(home, UID)
    assert (found.socket, found.problems) == (None, ())
    absent = examine(HomePaths(home.root / "none"), UID)
    assert (absent.directory, absent.socket, absent.problems) == (None, None, ())
    (home.root / "file").touch()
    assert examine(HomePaths(home.root / "file" / "below"), UID).directory is None


def test_a_home_that_is_a_link_is_not_followed(home: HomePaths) -> None:
    """Nothing behind it is looked at."""
    link = home.root.parent / "link"
    link.symlink_to(home.root)
    found = examine(HomePaths(link), UID)
    assert found.socket is None
    assert [(problem.subject, problem.saw) for problem in found.problems] == [("home", "is a symbolic link, not a directory")]


def test_a_home_that_is_a_file_is_a_problem(home: HomePaths) -> None:
    """With nothing else said about it."""
    path = home.root / "file"
    path.touch(mode=0o666)
    assert only(HomePaths(path)).saw == "is a regular file, not a directory"


@pytest.mark.parametrize(
    ("make", "saw"),
    [
        (lambda path: path.symlink_to("/run/other.sock"), "is a symbolic link, not a socket"),
        (lambda path: path.write_text("x"), "is a regular file, not a socket"),
        (lambda path: path.mkdir(), "is a directory, not a socket"),
        (os.mkfifo, "is something else, not a socket"),
    ],
)
def test_a_socket_of_another_type_is_a_problem(home: HomePaths, make: object, saw: str) -> None:
    """A link is not followed, whatever it points to."""
    home.socket.unlink()
    assert callable(make)
    make(home.socket)
    problem = only(home)
    assert (problem.subject, problem.saw, problem.open_to_others, problem.remedy) == ("socket", saw, False, "")


@pytest.mark.parametrize(("mode", "writable"), [(0o755, False), (0o750, False), (0o770, True), (0o707, True), (0o777, True)])
def test_a_home_open_to_others_is_a_problem_with_a_remedy(home: HomePaths, mode: int, writable: bool) -> None:  # noqa: FBT001
    """Others who can write make it critical."""
    home.root.chmod(mode)
    problem = only(home)
    assert problem.subject == "home"
    assert f"{mode:04o}" in problem.saw
    assert problem.open_to_others is writable
    assert problem.remedy == f"chmod 700 {home.root}"


def test_a_socket_open_to_others_is_a_problem_with_a_remedy(home: HomePaths) -> None:
    """Coven's own CLI refuses it as well."""
    home.socket.chmod(0o666)
    problem = only(home)
    assert (problem.subject, problem.open_to_others) == ("socket", True)
    assert problem.remedy == f"chmod 600 {home.socket}"


def test_a_remedy_quotes_the_path_and_hides_unprintable_ones(home: HomePaths) -> None:
    """A name is hostile text: it must not become another command."""
    tricky = home.root / "a; rm b"
    tricky.mkdir(mode=0o700)
    tricky.chmod(0o755)
    assert only(HomePaths(tricky)).remedy == f"chmod 700 '{tricky}'"
    hidden = home.root / "a\x1b[2Jb"
    hidden.mkdir()
    hidden.chmod(0o755)
    assert only(HomePaths(hidden)).remedy == ""


def test_another_owner_is_a_problem_for_both(home: HomePaths) -> None:
    """Somebody else's home is never connected to."""
    found = examine(home, UID + 1)
    assert [(problem.subject, problem.open_to_others) for problem in found.problems] == [("home", True), ("socket", True)]
    assert all(f"belongs to user {UID}, not {UID + 1}" in problem.saw for problem in found.problems)


@needs_root
def test_what_may_not_be_looked_at_is_forbidden(home: HomePaths) -> None:
    """Blindness is not absence."""
    with as_nobody(), pytest.raises(ForbiddenError):
        examine(HomePaths(home.root / "deeper"), UID)


def test_a_loop_of_links_is_an_error_of_ours(home: HomePaths) -> None:
    """The system's word for it is kept."""
    loop = home.root / "loop"
    loop.symlink_to(loop)
    with pytest.raises(CovenError, match="symbolic links"):
        examine(HomePaths(loop / "home"), UID)
