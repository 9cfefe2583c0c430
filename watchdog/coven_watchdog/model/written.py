"""Values as people write them in a configuration: spans of time, times of day, and what must not be shown."""

import re

from coven_watchdog.model.time import HOUR, MINUTE, SECOND

_UNITS = {"d": 24 * HOUR, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": SECOND // 1000}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+")
_DAY_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")


class Duration(int):
    """A span of time in µs, written `90s`, `1h30m`, `500ms` or `2d`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read a written duration.

        Raises:
            ValueError: the text is no duration; the message shows what one looks like.
        """
        if not _DURATION.fullmatch(text.strip()):
            message = f"{text!r} is no duration; write it like 90s, 5m or 1h30m"
            raise ValueError(message)

        return cls(sum(round(float(number) * _UNITS[unit]) for number, unit in _PART.findall(text)))

    @property
    def seconds(self) -> float:
        """The span in seconds, for time-outs."""
        return self / SECOND


class Delay(Duration):
    """A span of time that may be left out: `""` and `off` are none."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Delay":
        """Read a written duration, or nothing.

        Raises:
            ValueError: the text is no duration.
        """
        return cls(0) if text.strip() in {"", "off"} else cls(Duration.parse(text))


class DayTime(str):
    """A time of day on this machine's clock, written `08:30`; `""` is none."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "DayTime":
        """Read one.

        Raises:
            ValueError: the text is no time of day; the message shows what one looks like.
        """
        if text and not _DAY_TIME.fullmatch(text):
            message = f"{text!r} is no time of day; write it like 08:30"
            raise ValueError(message)

        return cls(text)

    @property
    def minute(self) -> int:
        """Minutes after midnight, 0 to 1439. Only of one that is set."""
        return int(self[:2]) * 60 + int(self[3:])


class QuietHours(str):
    """A part of each day on this machine's clock, written `22:00-07:00`; `""` is none."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "QuietHours":
        """Read one.

        Raises:
            ValueError: the text is no such part, or an empty one; the message shows what one looks like.
        """
        since, dash, until = text.partition("-")
        if text and not (dash and _DAY_TIME.fullmatch(since) and _DAY_TIME.fullmatch(until) and since != until):
            message = f"{text!r} is no part of a day; write it like 22:00-07:00"
            raise ValueError(message)

        return cls(text)

    @property
    def since(self) -> DayTime:
        """When they begin."""
        return DayTime(self.partition("-")[0])

    @property
    def until(self) -> DayTime:
        """When they end; before `since` when they reach over midnight."""
        return DayTime(self.partition("-")[2])


class Secret:
    """A value that must not be shown: its text form is `****`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the courier's standard input and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "****"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)
