"""The paths of a home come in; what lstat says of directory and socket, and every reason not to trust them, go out."""

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.coven.paths import HomePaths, translated
from coven_watchdog.model.facts import FileFact, Problem
from coven_watchdog.model.words import FileType

_OTHERS = 0o077
_OTHERS_WRITE = 0o022
_TYPES = {
    stat.S_IFDIR: FileType.DIRECTORY,
    stat.S_IFSOCK: FileType.SOCKET,
    stat.S_IFREG: FileType.REGULAR,
    stat.S_IFLNK: FileType.SYMLINK,
}
_NAMES = {FileType.DIRECTORY: "a directory", FileType.SOCKET: "a socket", FileType.REGULAR: "a regular file"}


@dataclass(frozen=True, slots=True)
class Examined:
    """Directory and socket as they are (None: not there). Any problem means: do not connect."""

    directory: FileFact | None
    socket: FileFact | None
    problems: tuple[Problem, ...]


def examine(paths: HomePaths, uid: int) -> Examined:
    """Look at home and socket as a careful client must (the rules of Coven's own client, contract).

    Right type, no symbolic link itself, owned by `uid`, not open to others. The socket is not looked for behind a home that
    is no directory. Blocking (two lstat): call it in a thread.

    Raises:
        ForbiddenError: the system does not let us look.
        CovenError: the system cannot look (loops of links, a broken disk).
    """
    directory = look(paths.root)
    socket = look(paths.socket) if directory is not None and directory.type is FileType.DIRECTORY else None
    problems = (
        *_problems("home", paths.root, directory, FileType.DIRECTORY, uid),
        *_problems("socket", paths.socket, socket, FileType.SOCKET, uid),
    )
    return Examined(directory, socket, problems)


def look(path: Path) -> FileFact | None:
    """What lstat says of one path; None when nothing is there. Blocking.

    Raises:
        ForbiddenError: the system does not let us look.
        CovenError: the system cannot look.
    """
    try:
        with translated(path):
            found = os.lstat(path)
    except FileNotFoundError:
        return None

    return FileFact(
        type=_TYPES.get(stat.S_IFMT(found.st_mode), FileType.OTHER),
        uid=found.st_uid,
        mode=stat.S_IMODE(found.st_mode),
        device=found.st_dev,
        inode=found.st_ino,
        mtime=found.st_mtime_ns,
        size=found.st_size,
    )


def _problems(subject: str, path: Path, fact: FileFact | None, wanted: FileType, uid: int) -> tuple[Problem, ...]:
    """What is wrong with one of the two, worst first; of a wrong type nothing else is said."""
    if fact is None:
        return ()

    if fact.type is not wanted:
        is_what = "a symbolic link" if fact.type is FileType.SYMLINK else _NAMES.get(fact.type, "something else")
        return (Problem(subject, f"is {is_what}, not {_NAMES[wanted]}", open_to_others=False, remedy=""),)

    problems = []
    if fact.uid != uid:
        problems.append(Problem(subject, f"belongs to user {fact.uid}, not {uid}", open_to_others=True, remedy=""))

    if fact.mode & _OTHERS:
        saw = f"is open to other users (mode {fact.mode:04o})"
        problems.append(Problem(subject, saw, open_to_others=bool(fact.mode & _OTHERS_WRITE), remedy=_chmod(path, wanted)))

    return tuple(problems)


def _chmod(path: Path, wanted: FileType) -> str:
    """The command that closes the path to others; none for a name that a terminal could not show."""
    if not str(path).isprintable():
        return ""

    return f"chmod {'700' if wanted is FileType.DIRECTORY else '600'} {shlex.quote(str(path))}"
