"""Collectors: what lies in the home, what the daemon's log tells, which harnesses the daemon finds, and what Coven says itself."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from coven_watchdog.coven import processes
from coven_watchdog.coven.excerpt import excerpt
from coven_watchdog.coven.install import installed, stand_in
from coven_watchdog.coven.listing import Entry, listing
from coven_watchdog.coven.paths import translated
from coven_watchdog.coven.programs import programs
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece, document
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.model.words import Basis

_NANOS = 1_000_000_000
_OF_THE_CALLER = ("install:", "harness:", "harnesses", "credentials:")
_LOG = 4 * 1024 * 1024


def listed(case: BundleCase) -> Piece:
    """As `ls -lai`, in UTC."""
    try:
        found, left_out = listing(case.paths.root)
    except FileNotFoundError as error:
        message = "there is no home"
        raise NotCollectedError(message) from error

    head = "type mode  links uid gid       size      inode  modified (UTC)              changed                     accessed                    name"
    return Piece([head, *map(_line, found)], "lstat", Basis.INTERNAL, found, left_out)


def _line(one: Entry) -> str:
    times = "  ".join(_time(at) for at in (one.modified, one.changed, one.accessed))
    return f"{one.type}    {one.mode:04o} {one.links:>6} {one.uid:>3} {one.gid:>3} {one.size:>10} {one.inode:>10}  {times}  {one.name}"


def _time(nanos: int) -> str:
    return f"{datetime.fromtimestamp(nanos // _NANOS, UTC):%Y-%m-%dT%H:%M:%S}.{nanos % _NANOS // 1000:06d}"


def log(case: BundleCase) -> Piece:
    """From the last start before the fault to the end."""
    try:
        with translated(case.paths.log):
            case.paths.log.lstat()
    except FileNotFoundError as error:
        message = "there is no daemon-recovery.log"
        raise NotCollectedError(message) from error

    found = excerpt(case.paths, case.fault, _LOG)
    return Piece(found.lines, "daemon-recovery.log and the one before it", Basis.INTERNAL, found, found.left_out)


def harnesses(case: BundleCase) -> Piece:
    """Where the daemon's process finds each, on the PATH that it was started with."""
    life = case.case.state.alive
    if life is None:
        message = "no daemon runs whose PATH would count"
        raise NotCollectedError(message)

    if not case.asked.settings.privacy.read_environ:
        message = "the daemon's environment is not read: [privacy] read_environ is false"
        raise NotCollectedError(message)

    environment = processes.environ(life.identity.pid, ("PATH", "COVEN_HOME"))
    if not environment:
        message = "the system does not show the environment of the daemon's process"
        raise NotCollectedError(message)

    path = environment.get("PATH", "")
    used = set(case.case.ledger.harnesses if case.case.ledger else ())
    found = programs(life.identity, case.paths.root, used, case.env.get("PATH", ""))
    told = {
        "path": path.split(os.pathsep),
        "coven_home": environment.get("COVEN_HOME"),
        "harnesses": [
            {
                "harness": one.harness,
                "executable": one.executable,
                "used_lately": one.used,
                "found": one.found,
                "at": shutil.which(one.executable, path=path) if one.found else None,
                "instead_in": one.elsewhere or None,
            }
            for one in found
        ],
    }
    return document(told, "PATH and COVEN_HOME of the daemon's process", Basis.INTERNAL)


def install(case: BundleCase) -> Piece:
    """Which `coven` there is, how it was installed, and which one runs."""
    found = installed(case.env, case.case.pid)
    return document(
        {
            "on_path": found.on_path,
            "cli_version": found.cli_version or None,
            "running": found.running,
            "replaced": found.replaced,
        },
        "PATH, the daemon's process, `coven --version`",
        Basis.INTERNAL,
        data=found,
    )


def coven_doctor(case: BundleCase) -> Piece:
    """`coven doctor --json` on an empty home of its own: what it says of the caller's environment. It speaks of no daemon and no home."""
    program = shutil.which("coven", path=case.env.get("PATH"))
    if program is None:
        message = "coven is not on the PATH"
        raise NotCollectedError(message)

    try:
        said: Any = msgspec.json.decode(stand_in(str(Path(program)), ("doctor", "--json"), case.env))
        # `credentials:codex` tells of no credential, but looks like one to whoever looks for them.
        checks = [
            one | {"id": str(one["id"]).replace(":", " of ")}
            for one in said["checks"]
            if str(one["id"]).startswith(_OF_THE_CALLER)
        ]
    except (msgspec.MsgspecError, ValueError, RecursionError, TypeError, KeyError) as error:
        message = "coven doctor --json gave no document"
        raise NotCollectedError(message) from error

    why = (
        "its checks of daemon, engine and familiars: on the real home it touches locks, and deletes what a dead daemon left behind"
        " (seen on 0.4.6); it was run on an empty stand-in"
    )
    return document({"checks": checks}, "`coven doctor --json` on an empty stand-in home", Basis.CONTRACT, missing=(why,))
