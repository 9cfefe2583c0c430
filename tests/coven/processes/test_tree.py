"""The CPU that a process and all below it have used."""

import os
from pathlib import Path

import pytest

from coven_watchdog.coven.processes import identity, tree_cpu
from coven_watchdog.model.facts import Identity
from programs import program
from waiting import until

_BUSY = "x = time.process_time()\nwhile time.process_time() - x < 0.2:\n    pass\n"


@pytest.mark.parametrize(
    "code",
    [
        f"{_BUSY}rest()",
        f"child = os.fork()\nif not child:\n    exec({_BUSY!r})\n    os._exit(0)\nos.waitpid(child, 0)\nrest()",
        f"if not os.fork():\n    if not os.fork():\n        exec({_BUSY!r})\n    time.sleep(60)\nrest()",
    ],
)
def test_what_it_and_all_below_it_used(tmp_path: Path, code: str) -> None:
    """Its own, that of a child that ended, and that of a grandchild that lives."""
    with program(["coven", "run"], code, tmp_path) as process:
        life = identity(process.pid)
        assert life is not None
        until(lambda: tree_cpu(life) >= 0.15 * os.sysconf("SC_CLK_TCK"))


def test_one_that_is_gone_used_nothing() -> None:
    """Neither does a later process of its pid."""
    assert tree_cpu(Identity(os.getpid(), 1)) == 0
