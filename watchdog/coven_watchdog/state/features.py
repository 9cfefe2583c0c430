"""The part of the fold about what a daemon offers: the features that its health answers name, and those that are gone."""

import re
from dataclasses import replace

from coven_watchdog.model.facts import Health
from coven_watchdog.model.time import Instant
from coven_watchdog.state.home import Gone, HomeState

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_AT_MOST = 128
_GONE_AT_MOST = 32


def features_of(health: Health) -> frozenset[str]:
    """What this daemon says it can do; of very many, a part."""
    names = (name for name, value in health.capabilities.items() if value and _NAME.fullmatch(name))
    return frozenset(sorted(names)[:_AT_MOST])


def fold_features(state: HomeState, health: Health, at: Instant) -> HomeState:
    """Compare with what the last good answer named, of this daemon or of one before. What comes back is not gone."""
    if "capabilities" in health.strange:
        return state

    now, before = features_of(health), state.features
    if now == before:
        return state

    gone = {name: what for name, what in state.gone.items() if name not in now}
    for name in sorted((before or frozenset()) - now)[: _GONE_AT_MOST - len(gone)]:
        gone[name] = Gone(at, health.coven_version)

    return replace(state, features=now, gone=gone)
