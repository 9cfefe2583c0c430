"""Commands of the system in, what they said out. The one place of this package that starts a process."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from coven_watchdog.errors import WatchdogError

PATIENCE = 20.0
"""Seconds for a command that only asks or notes something."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended. `missing`: there is no such program."""

    code: int
    out: str = ""
    err: str = ""
    missing: bool = False

    @property
    def said(self) -> str:
        """Its complaint on one line."""
        return " ".join((self.err.strip() or self.out.strip()).split())


class Run(Protocol):
    """Runs a command to its end."""

    def __call__(self, words: Sequence[str], *, seconds: float = PATIENCE, shown: bool = False) -> Ran:
        """Run it. `shown`: its output goes to ours, and it may take as long as it likes.

        Raises:
            WatchdogError: it does not end in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class System:
    """`Run` on this machine: programs from the PATH of `env`, answers in English, times in UTC, none for longer than `longest`."""

    env: Mapping[str, str]
    longest: float = inf

    def __call__(self, words: Sequence[str], *, seconds: float = PATIENCE, shown: bool = False) -> Ran:
        """Run it, without a standard input."""
        env = {**self.env, **({} if shown else {"LC_ALL": "C", "TZ": "UTC"}), "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
        patience = min(seconds, self.longest)
        try:
            done = subprocess.run(  # noqa: S603 - our own words; the program is found as the user's shell finds it
                list(words),
                env=env,
                stdin=subprocess.DEVNULL,
                capture_output=not shown,
                timeout=None if shown else patience,
                check=False,
            )
        except (FileNotFoundError, PermissionError):
            return Ran(127, missing=True)
        except subprocess.TimeoutExpired as error:
            message = f"{' '.join(words[:3])} did not answer within {patience:g} s"
            raise WatchdogError(message) from error

        return Ran(done.returncode, _text(done.stdout), _text(done.stderr))


def _text(given: bytes | None) -> str:
    return (given or b"").decode("utf-8", "replace")
