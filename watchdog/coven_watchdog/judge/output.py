"""What is said of a session's output beside its trouble: its last lines, where somebody wants them, and that some of it was dropped."""

from dataclasses import replace

from coven_watchdog.judge.common import Case
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.processes import TailSeen
from coven_watchdog.model.words import Look
from coven_watchdog.state import Ending


def wanted(case: Case, ending: Ending) -> tuple[Look, ...]:
    """What must still be read of a session that is over."""
    looks = ((Look.EVENTS, ending.events is None and _drops(case)), (Look.TAIL, reads(case) and ending.tail is None))
    return tuple(look for look, missing in looks if missing)


def reads(case: Case) -> bool:
    """Whether output may be asked for at all."""
    return case.settings.privacy.output_lines > 0


def with_output(facts: Facts, tail: TailSeen | None, dropped: int = 0) -> Facts:
    """The facts with what is known of the output."""
    lines, gaps = (tail.lines, tail.dropped) if tail else ((), 0)
    return replace(facts, output=lines, dropped=max(dropped, gaps))


def _drops(case: Case) -> bool:
    """This daemon has dropped output of some session."""
    life = case.state.alive
    writer = life.health.event_writer if life and life.health else None
    return writer is not None and writer.dropped_events > 0
