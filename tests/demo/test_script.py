"""The play as data."""

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.demo.script import NEXT_STEPS, SCRIPT, WORKS_ON, Hear, Kill, Launch, Pause, Start
from coven_watchdog.model.words import Kind, Reason
from coven_watchdog.simulated.sessions import HARNESSES


def test_the_main_job_is_shown() -> None:
    """A failure, a good end, the death of the daemon under two that work, and its return are waited for, in this order."""
    told = [(step.kind, step.reason) for step in SCRIPT if isinstance(step, Hear)]
    assert told == [
        (Kind.SESSION_FAILED, Reason.FIRST),
        (Kind.SESSION_FINISHED, Reason.FIRST),
        (Kind.DAEMON_CRASHED, Reason.FIRST),
        (Kind.DAEMON_CRASHED, Reason.RESOLVED),
    ]
    assert all(kind in CATALOGUE for kind, _ in told)
    before_the_kill = SCRIPT[: SCRIPT.index(Kill())]
    assert sum(isinstance(step, Launch) and step.prompt == WORKS_ON for step in before_the_kill) == 2
    assert Start() in SCRIPT[SCRIPT.index(Kill()) :]


def test_it_can_be_played() -> None:
    """Every harness is one that Coven has, every prompt takes the seconds, and it leaves time for the rest of a minute."""
    launches = [step for step in SCRIPT if isinstance(step, Launch)]
    assert {launch.harness for launch in launches} <= set(HARNESSES)
    assert all(launch.prompt.format(seconds=2) for launch in launches)
    assert sum(step.seconds for step in SCRIPT if isinstance(step, Pause)) < 40


def test_next_steps() -> None:
    """What follows the demo are three commands, each with its purpose."""
    assert [command for command, _ in NEXT_STEPS] == [
        "coven-watchdog setup",
        "coven-watchdog notify test",
        "coven-watchdog status",
    ]
    assert all(why for _, why in NEXT_STEPS)
