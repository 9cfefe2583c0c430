"""The words that the report is made of."""

from pathlib import Path

from coven_watchdog.coven.excerpt import Excerpt
from coven_watchdog.diagnose.bundle.facts import Collected, fact, outcome, size, time
from coven_watchdog.model.words import Basis, Outcome
from diagnose.bundle.bench import case, piece, sample
from diagnose.cases import NOW


def test_lines() -> None:
    """Each fact with its basis, on one line; times in UTC; sizes people can read."""
    assert fact("a\nb", Basis.CONTRACT) == "- a b [contract]"
    assert (time(0), time(None)) == ("1970-01-01T00:00:00.000Z", "not known")
    assert (size(3 * 1024**3 // 2), size(1024)) == ("1.5 GiB", "0.0 MiB")
    assert (outcome(Outcome.OK), outcome(Outcome.TIMED_OUT)) == ("answered", "timed out")


def test_what_collectors_left(tmp_path: Path) -> None:
    """By its file, and only of the kind that is looked for."""
    made = case(tmp_path)
    minutes = (sample("h", -60, (-5, Outcome.OK)), sample("h", 0, (-70, Outcome.REFUSED), event_writer=None))
    found = Collected(made, {"requests.jsonl": piece("", data=minutes), "daemon-recovery.log": piece("", data=Excerpt(()))})
    assert found.log == Excerpt(())
    assert found.data("daemon-recovery.log", int) is None
    assert [turn.outcome for turn in found.turns()] == [Outcome.REFUSED, Outcome.OK]
    assert found.before is minutes[0]
    bare = Collected(made, {})
    assert (bare.log, bare.samples, bare.before) == (None, (), None)
    assert made.now == NOW
