"""Durations as people write them: µs in, `1h30m` out. The counterpart of `settings.Duration.parse`."""

from coven_watchdog.model.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND

_UNITS = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", MILLISECOND))


def written(span: int) -> str:
    """The span (µs ≥ 0) in the largest units that are exact to the millisecond; `0s` for nothing."""
    parts = []
    for unit, size in _UNITS:
        count, span = divmod(span, size)
        if count:
            parts.append(f"{count}{unit}")

    return "".join(parts) or "0s"
