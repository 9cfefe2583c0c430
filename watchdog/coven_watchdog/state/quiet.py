"""The part of the fold about sessions that do nothing: what their processes use, and what they print."""

from dataclasses import replace

from coven_watchdog.model.facts import EventWriter
from coven_watchdog.model.processes import OutputSeen, Pulse, PulsesSeen
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.state.home import HomeState, LiveSession, Quiet

_GAP = 3 * MINUTE
"""Looks at the processes come every 30 s; what happened in a longer gap nobody knows."""
_TICKS = 1
"""Clock ticks (hundredths of a second) in a second that are no work: a prompt that blinks takes that much."""


def fold_pulses(state: HomeState, seen: PulsesSeen) -> HomeState:
    """What the processes of live sessions have used since the last look."""
    live = dict(state.live)
    for pulse in seen.pulses:
        session = live.get(pulse.session)
        if session is not None and session.harness is not None and session.harness.identity == pulse.identity:
            live[pulse.session] = _felt(state, session, pulse, seen.at)

    return replace(state, live=live)


def _felt(state: HomeState, session: LiveSession, pulse: Pulse, at: Instant) -> LiveSession:
    known = session.pulse
    felt = replace(session, pulse=(at, pulse))
    if (
        known is None
        or known[1].identity != pulse.identity
        or at.awake - known[0].awake > _GAP
        or known[0].awake < state.sight.awake
    ):
        return replace(felt, quiet=Quiet(at, _writer(state)))

    if pulse.cpu - known[1].cpu > _TICKS + _TICKS * (at.awake - known[0].awake) // SECOND:
        return replace(felt, quiet=Quiet(at, _writer(state)), busy=True)

    return felt


def fold_output(state: HomeState, seen: OutputSeen) -> HomeState:
    """When a session printed last. Coven's stamp only places it within the time that we saw."""
    session = state.live.get(seen.session)
    if session is None or session.quiet is None:
        return state

    if not seen.final and (seen.newest is None or seen.newest <= session.quiet.since.wall):
        return state

    # What was counted after an event that is not the newest says nothing of the time between.
    writer, proven = (_writer(state), seen.at) if seen.final else (None, None)
    quiet, busy = replace(session.quiet, writer=writer, proven=proven), session.busy
    if seen.newest is not None and seen.newest > quiet.since.wall:
        ago = min(max(0, seen.at.wall - seen.newest), max(0, seen.at.awake - quiet.since.awake))
        quiet, busy = replace(quiet, since=Instant(seen.at.wall - ago, seen.at.awake - ago)), True

    return replace(state, live={**state.live, seen.session: replace(session, quiet=quiet, busy=busy)})


def fold_drops(state: HomeState, writer: EventWriter | None, at: Instant) -> HomeState:
    """Output was lost, and nobody knows whose: silence counts from here. Coven drops the echo of many an input (seen on 0.4.6)."""
    if writer is None:
        return state

    again = {
        key: replace(session, quiet=Quiet(at, writer), busy=False)
        for key, session in state.live.items()
        if session.quiet is not None and _dropped(session.quiet.writer, writer)
    }
    return replace(state, live={**state.live, **again}) if again else state


def _dropped(before: EventWriter | None, now: EventWriter) -> bool:
    return before is not None and before.dropped_events != now.dropped_events


def _writer(state: HomeState) -> EventWriter | None:
    """What the daemon that lives said last of what it has recorded."""
    life = state.alive
    return life.health.event_writer if life and life.health else None
