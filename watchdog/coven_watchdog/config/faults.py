"""What is wrong with a configuration, collected: every fault of a file in one go, instead of the first of them at each try."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from coven_watchdog.decide.text import one_line
from coven_watchdog.errors import ConfigError
from coven_watchdog.redact import redact

_SHOWN = 60
_CLOSE = 0.6
CHECK = "mend it, then: coven-watchdog config validate"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `where` as `file:line: key`, what is wrong, what to do."""

    where: str
    message: str
    next_step: str = CHECK


class FaultyConfigError(ConfigError):
    """A configuration with one fault or more. It speaks as its first; `faults` has all, in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        super().__init__(first.message, where=first.where, next_step=first.next_step)
        self.faults = faults


@dataclass(slots=True)
class Findings:
    """The list under construction. `file` and `lines` turn a dotted key into `file:line: key`."""

    file: str
    lines: dict[str, int]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, key: str, message: str, next_step: str = CHECK) -> None:
        """Note a fault of a dotted key; "" means the file itself."""
        self.faults.append(Fault(self.where(key), message, next_step))

    def warn(self, key: str, message: str) -> None:
        """Note something that works less well than its writer may think."""
        self.warnings.append(f"{self.where(key)}: {message}")

    def where(self, key: str) -> str:
        """`file:line: key`, `file: key` when the line is not known, `file` for the whole file."""
        place = f"{self.file}:{self.line(key)}" if self.line(key) else self.file
        return f"{place}: {key}" if key else place

    def line(self, key: str) -> int | None:
        """The line of a key, or of the nearest thing around it."""
        while key and key not in self.lines:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]

        return self.lines.get(key)

    def settle(self) -> None:
        """Go on only without faults.

        Raises:
            FaultyConfigError: there are some.
        """
        if self.faults:
            raise FaultyConfigError(tuple(self.faults))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or "" when nothing is close."""
    close = difflib.get_close_matches(word.lower(), tuple(known), n=1, cutoff=_CLOSE)
    return f"; did you mean {close[0]}?" if close else ""


def quoted(value: object) -> str:
    """A value of the file as a complaint may quote it: short, on one line, and never an address with its secrets."""
    text = str(value)
    return '"…"' if "://" in text else f'"{one_line(redact(text), _SHOWN)}"'
