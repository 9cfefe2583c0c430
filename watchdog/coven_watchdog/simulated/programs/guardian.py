"""The guardian of a piped harness: waits until the daemon is gone (end of input), then kills the harness' process group.

Its one argument is the group's id. Coven runs such a process beside each piped session (seen on 0.4.6).
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    """Wait, then kill."""
    sys.stdin.read()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(int(sys.argv[1]), signal.SIGKILL)


if __name__ == "__main__":
    main()
