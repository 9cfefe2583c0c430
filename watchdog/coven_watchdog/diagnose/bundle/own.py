"""Collectors: the watchdog itself. Configuration, service, log, and its own requests with what they showed."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from coven_watchdog.config.shown import shown
from coven_watchdog.coven.excerpt import last_lines
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece, document, json_line
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.model.time import HOUR
from coven_watchdog.model.words import Basis
from coven_watchdog.report.times import moment
from coven_watchdog.service.agent import LOG, logs_folder
from coven_watchdog.store import StoreReader

_UNIT = "coven-watchdog.service"
_LINES = 2_000
_AT_MOST = 1024 * 1024
_PATIENCE = 2.0
_BEFORE = HOUR


def configuration(case: BundleCase) -> Piece:
    """Every key with its value and its origin, as `config show` prints it: addresses are masked."""
    loaded, fault = case.asked.config, case.asked.fault
    if loaded is None:
        message = f"it is not valid: {fault.where}: {fault.message}" if fault else "it is not valid"
        raise NotCollectedError(message)

    lines = [f"# {loaded.path}" if loaded.exists else "# no file: everything has its default"]
    lines += [f"{one.key} = {msgspec.json.encode(one.value).decode()}  # {one.origin}" for one in shown(loaded)]
    return Piece(lines, "the configuration in force", Basis.INTERNAL)


def service(case: BundleCase) -> Piece:
    """The service, its channels and when it did not see."""
    status = case.examined.records.status
    if status is None:
        message = f"the records could not be read: {case.examined.records.error}"
        raise NotCollectedError(message)

    told = {
        "watchdog": status.watchdog,
        "channels": status.channels,
        "blind_windows": [one for one in status.blind_windows if one.home in {case.home.home, ""}],
        "silences": status.silences,
        "told_in_ms": status.told_in_ms,
    }
    return document(told, "the watchdog's records", Basis.INTERNAL, data=status)


def requests(case: BundleCase) -> Piece:
    """Our own requests minute by minute with their latency, and how event writer and storage were: the hour around the fault."""
    until = case.now.wall if case.fault is None else min(case.now.wall, case.fault + HOUR)
    with StoreReader(case.asked.database) as rows:
        found = rows.samples(case.home.home, min(until, case.fault or until) - _BEFORE, until)

    if not found:
        message = "no service has watched for a whole minute within that hour"
        raise NotCollectedError(message)

    return Piece([json_line(_sample(one)) for one in found], "the watchdog's records", Basis.CONTRACT, found)


def _sample(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a sample
    told: dict[str, Any] = msgspec.to_builtins(one)
    del told["home"]
    told["at"] = moment(one.at)
    told["turns"] = [turn | {"at": moment(turn["at"])} for turn in told["turns"]]
    return told


def log(case: BundleCase) -> Piece:
    """What the service logged: into its file on macOS, into systemd's journal elsewhere."""
    file = logs_folder(Path(case.asked.place.user_home or "/nonexistent")) / LOG
    kept = last_lines(file, _AT_MOST)
    if kept.lines:
        return Piece(kept.lines, str(file), Basis.INTERNAL, cut=f"{kept.skipped} older bytes" if kept.skipped else "")

    program = shutil.which("journalctl", path=case.env.get("PATH"))
    if program is None:
        message = "there is no journal here: `run` writes its log to the terminal that it was started in"
        raise NotCollectedError(message)

    lines = _journal(program, case)
    if not lines:
        message = "the journal has nothing of a service: `run` writes its log to the terminal that it was started in"
        raise NotCollectedError(message)

    return Piece(
        lines, f"journalctl --user -u {_UNIT}", Basis.INTERNAL, cut=f"all but {_LINES} lines" if len(lines) == _LINES else ""
    )


def _journal(program: str, case: BundleCase) -> list[str]:
    """The last lines; our environment, which may hold a channel's URL, is none of its business."""
    command = [program, "--user", "-u", _UNIT, "-q", "--no-pager", "--utc", "-o", "short-iso-precise", "-n", str(_LINES)]
    kept = {name: case.env[name] for name in ("HOME", "XDG_RUNTIME_DIR") if name in case.env}
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command, env=kept, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = f"the journal did not answer within {_PATIENCE:g} s"
        raise NotCollectedError(message) from error

    return done.stdout.decode("utf-8", "replace").splitlines()
