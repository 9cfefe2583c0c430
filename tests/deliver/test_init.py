"""The desktop of this system."""

import subprocess
import sys

import pytest

from coven_watchdog.deliver import desktop, freedesktop


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has another sender")
def test_the_sender_of_this_system() -> None:
    """Elsewhere than on macOS it is the one of freedesktop.org."""
    sender = desktop()
    assert (sender.show, sender.available) == (freedesktop.show, freedesktop.available)


def test_the_service_loads_no_sender() -> None:
    """What the running service imports of deliver loads neither Apprise nor jeepney."""
    question = (
        "import sys, coven_watchdog.deliver.outbox, coven_watchdog.deliver.couriers;"
        "print([m for m in ('apprise', 'jeepney', 'requests', 'rich') if m in sys.modules])"
    )
    done = subprocess.run((sys.executable, "-c", question), check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
