"""Whether this machine has a way out."""

import shutil
import subprocess
import sys

import pytest

from coven_watchdog.deliver.network import routed
from rigs.absent import absent

_ASK = "from coven_watchdog.deliver.network import routed; print(routed())"


def test_it_can_be_asked_at_any_time() -> None:
    """The answer is yes or no, whatever the machine; nothing is raised."""
    assert routed() in {True, False}


@pytest.mark.system
def test_a_machine_without_a_network() -> None:
    """In a network namespace of its own, where there is not even a loopback, there is no way out; with a route there is."""
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        absent("a network namespace cannot be made here", "sysctl kernel.unprivileged_userns_clone=1")

    if shutil.which("ip") is None:
        absent("ip is missing, which adds a route", "apt-get install iproute2")

    said = subprocess.run([*alone, sys.executable, "-c", _ASK], check=True, capture_output=True, text=True).stdout
    assert said == "False\n"
    route = f"ip link set lo up; ip route add default dev lo; exec {sys.executable} -c '{_ASK}'"
    said = subprocess.run([*alone, "sh", "-c", route], check=True, capture_output=True, text=True).stdout
    assert said == "True\n"
