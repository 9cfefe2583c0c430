"""`doctor` as a user has it: without a service, a database, a configuration or a home, and with each of them."""

from collections.abc import Iterator

import pytest

from cli.conftest import Cli
from report.filled import fill
from rigs.simulated import Simulation, short_home, simulation


@pytest.fixture
def coven() -> Iterator[Simulation]:
    """A simulated Coven."""
    with simulation() as running:
        yield running


def test_nothing_at_all(cli: Cli) -> None:
    """No home, no service, nothing recorded: nothing is wrong, and nothing is made."""
    with short_home() as home:
        done = cli("doctor", env={"COVEN_HOME": str(home)})
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("✔ Nothing wrong found · 16 things examined")
        assert "does not exist: Coven has not run here yet" in done.out
        assert not home.exists()
        assert not cli.database.exists()


def test_a_coven_that_is_well(cli: Cli, coven: Simulation) -> None:
    """Each topic stands there, and the document has the same lines."""
    env = {"COVEN_HOME": str(coven.home)}
    done = cli("doctor", env=env)
    assert done.code == 0
    for name in (
        "home",
        "daemon",
        "socket",
        "health",
        "API",
        "capabilities",
        "ledger",
        "sessions",
        "harnesses",
        "log",
        "channels",
    ):
        assert f" {name} " in done.out

    document = cli("doctor", "--json", env=env).document
    assert next(iter(document)) == "schema"
    assert document["schema"] == "coven-watchdog.doctor.v1"
    assert [line["topic"] for line in document["homes"][0]["lines"]][:3] == ["home", "daemon", "socket"]


def test_a_coven_that_crashed(cli: Cli, coven: Simulation) -> None:
    """Exit code 1; evidence, cause and the command with its effect stand below the line."""
    coven.kill()
    done = cli("doctor", env={"COVEN_HOME": str(coven.home)})
    assert done.code == 1
    assert done.out.startswith("✖ Something is wrong")
    for part in (
        "Coven crashed",
        "(contract)",
        "starts it, ends nothing",
        "coven daemon start",
        "“connection refused”: so now",
    ):
        assert part in done.out


def test_a_faulty_configuration(cli: Cli) -> None:
    """It is said with file and line, everything else is examined all the same, and the exit code is that of a faulty configuration."""
    cli.configure("[probe]\nhealth_intervall = '5s'\n")
    with short_home() as home:
        done = cli("doctor", env={"COVEN_HOME": str(home)})
        assert done.code == 2
        assert "config.toml:2: probe.health_intervall" in done.out
        assert "does not exist: Coven has not run here yet" in done.out
        assert cli("doctor", "--json", env={"COVEN_HOME": str(home)}).document["status"] == "warning"


def test_what_the_records_know(cli: Cli) -> None:
    """A service that ran and is gone is wrong; its own open troubles are named but not sworn to."""
    fill(cli.database.parent)
    with short_home() as home:
        done = cli("doctor", env={"COVEN_HOME": str(home)})
        assert done.code == 1
        assert "nobody watches: the service does not run" in done.out
        assert "(c4nn)" in done.out


def test_a_damaged_database(cli: Cli) -> None:
    """Coven is examined all the same."""
    cli.database.parent.mkdir(mode=0o700)
    cli.database.write_bytes(b"garbage" * 1000)
    with short_home() as home:
        done = cli("doctor", env={"COVEN_HOME": str(home)})
        assert done.code == 1
        assert "the records could not be read" in done.out
        assert "does not exist: Coven has not run here yet" in done.out


def test_usage(cli: Cli) -> None:
    """It takes no arguments."""
    assert cli("doctor", "now").code == 2
