"""How a channel is doing: the outcomes of its tries are folded into a `Condition`, which says when it must be called failing. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import ChannelState

FAILS_AFTER_TRIES = 5
FAILS_AFTER = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Condition:
    """What the latest tries of one channel came to."""

    failures: int = 0
    """In a row, those that an earlier run remembered included."""
    since: Instant | None = None
    """The first of those that this run has seen."""
    lost: bool = False
    """A message failed for good since the last success."""
    unreachable: bool = False
    """The latest failure was that there was no connection."""
    refused: bool = False
    """The URL is not usable: the configuration's fault, not the service's."""
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


def failed(condition: Condition, error: str, now: Instant, *, lost: bool, unreachable: bool, tries: int = 0) -> Condition:
    """After one more failure; `tries`: of this message, those of earlier runs of the watchdog included."""
    return replace(
        condition,
        failures=max(condition.failures + 1, tries),
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
    if condition.since is None or condition.refused:
        return False

    return condition.lost or condition.failures >= FAILS_AFTER_TRIES or now.awake - condition.since.awake >= FAILS_AFTER


def offline(remote: Sequence[Condition], *, routed: Callable[[], bool]) -> bool:
    """Whether it is our own network that is down: no channel that leaves this machine connects.

    A channel that was not tried since says nothing. When only one was, its server may be what is down: then it is the
    network's fault only if this machine has no way out at all.

    Args:
        remote: the conditions of the channels that leave this machine.
        routed: asks whether it has one.
    """
    tried = [condition for condition in remote if condition.since]
    down = [condition for condition in tried if condition.unreachable]
    since = min((condition.since.wall for condition in down if condition.since), default=0)
    reached = len(tried) > len(down) or any((condition.sent_at or 0) > since for condition in remote if not condition.since)
    return bool(down) and not reached and (len(down) > 1 or not routed())
