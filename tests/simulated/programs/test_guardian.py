"""The guardian of a piped harness."""

import signal
import subprocess
import sys

from coven_watchdog.simulated.programs import guardian


def _guard(group: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", guardian.__name__, str(group)], stdin=subprocess.PIPE)


def test_it_kills_when_the_daemon_is_gone() -> None:
    """The end of its input is the daemon's end: the group is killed."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as harness, _guard(harness.pid) as guard:
        guard.communicate()
        assert harness.wait() == -signal.SIGKILL


def test_a_group_that_is_gone() -> None:
    """When there is nobody to kill any more, it just ends."""
    with subprocess.Popen(["true"], start_new_session=True) as harness:
        harness.wait()

    with _guard(harness.pid) as guard:
        guard.communicate()
        assert guard.returncode == 0
