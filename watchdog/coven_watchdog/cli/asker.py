"""Who runs this command: the environment in, `anna (bash, pid 4711)` out, for the record of who silenced or acknowledged what."""

import os
import pwd
from collections.abc import Mapping

from coven_watchdog.coven import processes
from coven_watchdog.decide.text import one_line, said

_LONGEST = 40
_LONGEST_REASON = 200


def asked_by(env: Mapping[str, str]) -> str:
    """The user, with the one behind `sudo`, and the program and pid that this command was started from.

    The program's name is all that is read of it: never its arguments.
    """
    user = _user(os.geteuid())
    behind = one_line(env.get("SUDO_USER", ""), _LONGEST)
    person = f"{behind} as {user}" if behind and behind != user else user
    parent = os.getppid()
    if parent <= 0:
        return person

    parts = (one_line(processes.program(parent), _LONGEST), f"pid {parent}")
    return f"{person} ({', '.join(part for part in parts if part)})"


def reason_of(text: str | None) -> str:
    """Why they want it: what was typed, on one harmless line, without what looks like a secret."""
    return said(text or "", _LONGEST_REASON)


def _user(uid: int) -> str:
    """What the user is called; the number of one who has no name here."""
    try:
        return one_line(pwd.getpwuid(uid).pw_name, _LONGEST)
    except KeyError:
        return f"user {uid}"
