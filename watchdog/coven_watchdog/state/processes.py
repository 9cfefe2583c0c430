"""The part of the fold about the processes of sessions and what they print: which function takes which observation."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from coven_watchdog.model.facts import EventsSeen, HarnessEnded, HarnessSeen, Observation, RunnerSeen
from coven_watchdog.model.processes import HarnessSought, OutputSeen, PulsesSeen, TailSeen
from coven_watchdog.state.home import HomeState
from coven_watchdog.state.quiet import fold_output, fold_pulses
from coven_watchdog.state.sessions import fold_events, fold_harness, fold_harness_end, fold_runner, fold_sought
from coven_watchdog.state.tails import fold_tail

OF_PROCESSES: Mapping[type[Observation], Callable[[HomeState, Any], HomeState]] = MappingProxyType(
    {
        EventsSeen: fold_events,
        HarnessSeen: fold_harness,
        HarnessEnded: fold_harness_end,
        HarnessSought: fold_sought,
        RunnerSeen: fold_runner,
        PulsesSeen: fold_pulses,
        OutputSeen: fold_output,
        TailSeen: fold_tail,
    }
)
