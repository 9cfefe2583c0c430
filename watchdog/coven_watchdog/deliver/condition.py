"""How a channel is doing: the outcomes of its tries are folded into a `Condition`, which says when it must be called failing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import ChannelState

FAILS_AFTER_TRIES = 5
FAILS_AFTER = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Condition:
    """What the latest tries of one channel came to."""

    failures: int = 0
    """In a row."""
    since: Instant | None = None
    """The first of these failures."""
    lost: bool = False
    """A message failed for good since the last success."""
    unreachable: bool = False
    """The latest failure was that there was no connection."""
    error: str = ""
    sent_at: int | None = None
    """Wall µs of the latest success."""
    told: frozenset[str] = frozenset()
    """The topics under which trouble was reported and not yet taken back."""

    @property
    def state(self) -> ChannelState:
        """The word for it."""
        if self.failures:
            return ChannelState.FAILING

        return ChannelState.UNPROVEN if self.sent_at is None else ChannelState.OK


def failed(condition: Condition, error: str, now: Instant, *, lost: bool, unreachable: bool) -> Condition:
    """After one more failure."""
    return replace(
        condition,
        failures=condition.failures + 1,
        since=condition.since or now,
        lost=condition.lost or lost,
        unreachable=unreachable,
        error=error,
    )


def sent(now: Instant) -> Condition:
    """After a success all is well."""
    return Condition(sent_at=now.wall)


def failing(condition: Condition, now: Instant) -> bool:
    """Whether somebody must hear of it: five tries, ten minutes, or a message that is lost."""
    if condition.since is None:
        return False

    return condition.lost or condition.failures >= FAILS_AFTER_TRIES or now.awake - condition.since.awake >= FAILS_AFTER


def offline(remote: Sequence[Condition]) -> bool:
    """Whether it is our own network that is down: several channels that leave this machine, and none of them connects.

    A single one proves nothing: its server may be down, and the desktop should say so.
    """
    return len(remote) > 1 and all(condition.failures and condition.unreachable for condition in remote)
