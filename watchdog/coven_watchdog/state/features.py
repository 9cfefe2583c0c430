"""The part of the fold about what a daemon offers: what its answers name, which harnesses are configured, and what of that is gone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from coven_watchdog.model.facts import Health
from coven_watchdog.model.programs import AdaptersSeen, ProgramsSeen
from coven_watchdog.model.time import Instant
from coven_watchdog.state.home import Gone, HomeState

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_AT_MOST = 128
_GONE_AT_MOST = 32


def features_of(health: Health) -> frozenset[str]:
    """What this daemon says it can do; of very many, a part."""
    return _names(name for name, value in health.capabilities.items() if value)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(sorted(name for name in names if _NAME.fullmatch(name))[:_AT_MOST])


def fold_features(state: HomeState, health: Health, at: Instant) -> HomeState:
    """Compare with what the last good answer named, of this daemon or of one before. What comes back is not gone."""
    if "capabilities" in health.strange:
        return state

    now, before = features_of(health), state.features
    if now == before:
        return state

    return replace(state, features=now, gone=_gone(state, before, now, at, health.coven_version))


def fold_adapters(state: HomeState, seen: AdaptersSeen) -> HomeState:
    """The same for what its adapters offer; a daemon that does not say takes nothing away."""
    state = replace(state, adapters_of=seen.identity)
    if seen.names is None:
        return state

    now = _names(seen.names)
    return replace(state, adapters=now, gone=_gone(state, state.adapters, now, seen.at, _version(state)))


def fold_programs(state: HomeState, seen: ProgramsSeen) -> HomeState:
    """The same for the harnesses that are configured; where nothing could be read, nothing is gone."""
    state = replace(state, programs=seen)
    if not seen.programs:
        return state

    now = _names(program.harness for program in seen.programs)
    return replace(state, harnesses=now, gone=_gone(state, state.harnesses, now, seen.at, _version(state)))


def _gone(
    state: HomeState, before: frozenset[str] | None, now: frozenset[str], at: Instant, version: str
) -> Mapping[str, Gone]:
    gone = {name: what for name, what in state.gone.items() if name not in now}
    for name in sorted((before or frozenset()) - now)[: _GONE_AT_MOST - len(gone)]:
        gone[name] = Gone(at, version)

    return gone


def _version(state: HomeState) -> str:
    life = state.alive
    return life.health.coven_version if life and life.health else ""
