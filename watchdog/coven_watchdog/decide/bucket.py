"""How many messages a channel takes: the times of its latest messages in, whether one more may go, or when, out. Pure.

One token bucket: `per_hour` tokens when full, refilled evenly over the hour, one taken by each message. What is critical may
overdraw it. The level is reckoned anew from the stored messages each time: nothing is counted twice, and a restart forgets nothing.
"""

from collections.abc import Sequence

from coven_watchdog.model.time import HOUR

REMEMBERED = 2 * HOUR
"""How far back the messages matter: after so long any bucket is full again, and an overdrawn one nearly."""
OVERDRAFT = 5
_TOKEN = HOUR
"""One token in the units of a level: so that `per_hour` units come back each µs."""


def level(sent: Sequence[int], per_hour: int, now: int) -> int:
    """What is in the bucket at `now`, in 1/HOUR of a token.

    Args:
        sent: wall µs of the messages of the last `REMEMBERED`, ascending.
        per_hour: tokens of a full bucket, and those that come back in an hour.
        now: wall µs.
    """
    full, last = per_hour * _TOKEN, sent[0] if sent else now
    tokens = full
    for at in sent:
        tokens = min(full, tokens + (at - last) * per_hour)
        tokens = max(tokens - _TOKEN, -OVERDRAFT * _TOKEN)
        last = at

    return min(full, tokens + (now - last) * per_hour)


def missing(tokens: int, *, critical: bool) -> int:
    """How much is missing before one more message may go; 0 when it may."""
    return max(0, _TOKEN - (OVERDRAFT * _TOKEN if critical else 0) - tokens)


def refilled_in(units: int, per_hour: int) -> int:
    """µs until so much has come back."""
    return -(-units // per_hour)
