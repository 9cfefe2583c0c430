"""`check`, on a simulated Coven."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Cli
from rigs.simulated import Simulation, short_home, simulation


def test_no_coven_is_fine_unless_it_is_expected(cli: Cli) -> None:
    """A daemon that is not running is OK; CRITICAL where one is expected, by option or by configuration."""
    with short_home() as home:
        done = cli("check", "--home", str(home))
        assert (done.code, done.out) == (0, "COVEN OK - not running\n")
        expected = cli("check", "--home", str(home), "--expect", "running")
        assert expected.code == 2
        assert expected.out.startswith("COVEN CRITICAL - ")
        cli.configure(f'[[homes]]\npath = "{home}"\nexpect = "running"\n')
        assert cli("check").code == 2
        assert cli("check", "--expect", "auto").code == 0


@pytest.fixture
def coven() -> Iterator[Simulation]:
    """A simulated Coven."""
    with simulation() as running:
        yield running


def test_a_coven_that_is_well(cli: Cli, coven: Simulation) -> None:
    """OK with its facts and perfdata; the document says the same, and its schema comes first."""
    done = cli("check", "--home", str(coven.home))
    assert done.code == 0
    assert done.out.startswith(f"COVEN OK - running (pid {coven.pid}, ")
    assert "| live=0;;;0" in done.out
    document = cli("check", "--home", str(coven.home), "--json").document
    assert next(iter(document)) == "schema"
    assert document["status"] == "ok"
    assert document["homes"][0]["daemon"]["pid"] == coven.pid


def test_a_coven_that_crashed(cli: Cli, coven: Simulation) -> None:
    """The finding is the line; what to run next stands below, with its effect in the document."""
    coven.kill()
    done = cli("check", "--home", str(coven.home))
    assert done.code in {1, 2}
    assert "Coven crashed" in done.out.splitlines()[0]
    assert "coven daemon start" in done.out
    finding = cli("check", "--home", str(coven.home), "--json").document["homes"][0]["findings"][0]
    assert finding["kind"] == "daemon.crashed"
    assert finding["next"][0]["effect"] == "starts"
    assert Path(coven.home).exists()
