"""When what was withheld is looked at again: the last plan in; at each later moment, whether it is time, out. Pure."""

from dataclasses import dataclass

from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.settings import Settings

NEVER = 1 << 62
"""Later than any wall time."""
_SET = SECOND
"""By so much (µs) the clocks must part for what was reckoned with them to be wrong: a slewed clock does not in a day."""


@dataclass(frozen=True, slots=True)
class Review:
    """The next look at what a home's last plan withheld. One that nothing is known of yet is due at once."""

    at: int = 0
    """Wall µs."""
    apart: int = 0
    """Wall minus awake time of that plan, µs."""
    settings: Settings | None = None
    """Which it was planned with."""

    @classmethod
    def after(cls, made: Plan, settings: Settings, now: Instant) -> "Review":
        """The look that this plan asks for."""
        return cls(NEVER if made.review_at is None else made.review_at, now.wall - now.awake, settings)

    def due(self, settings: Settings, now: Instant) -> bool:
        """Whether its time has come, or was reckoned with a clock that was set since, with a sleep before us, or other settings."""
        if now.wall >= self.at or settings is not self.settings:
            return True

        return self.at < NEVER and abs(now.wall - now.awake - self.apart) >= _SET

    def wake_at(self, now: Instant) -> int | None:
        """Awake µs of its time; None for never."""
        return None if self.at >= NEVER else now.awake + self.at - now.wall
