"""One life of the service: from a fact to the message, over restarts, reloads and replaced packages."""

import pytest

from coven_watchdog.simulated.control import SimulatedCoven
from daemon.conftest import Coven, Service


@pytest.mark.anyio
async def test_a_crash_and_a_recovery(service: Service, coven: Coven) -> None:
    """The crash arrives with what it hit, the recovery with what was lost; the end is clean."""
    async with coven() as simulated:
        await simulated.launch("sleep")
        async with service.running():
            await simulated.kill()
            assert await service.letters(1) == ["daemon.crashed"]

            await simulated.start()
            assert await service.letters(2) == ["daemon.crashed", "daemon.crashed"]

    assert "1 session hit" in service.inbox.letters[0].title
    assert "1 session lost" in service.inbox.letters[1].title
    assert service.inbox.letters[0].incident == service.inbox.letters[1].incident
    assert service.codes == [0]


@pytest.mark.anyio
async def test_nothing_is_forgotten_over_a_restart(service: Service, coven: Coven) -> None:
    """What was open stays open under its id; its end is told by the next life."""
    async with coven() as simulated:
        async with service.running():
            await simulated.kill()
            await service.letters(1)

        async with service.running():
            await simulated.start()
            await service.letters(2)

    first, last = service.inbox.letters
    assert (first.incident, last.type) == (last.incident, "success")


@pytest.mark.anyio
async def test_a_gap_is_written_down(service: Service) -> None:
    """When it did not run, it did not watch, and says so."""
    for _ in range(2):
        async with service.running():
            pass

    await service.until(lambda store: [window.why for window in store.blind_windows(0)] == ["the watchdog did not run"])


@pytest.mark.anyio
async def test_one_look_for_cron(service: Service, coven: Coven) -> None:
    """`--once` looks, commits, delivers and ends; what needs patience is told at once."""
    async with coven() as simulated:
        await simulated.kill()
        assert await service.once() == 0

    assert [letter.kind for letter in service.inbox.letters] == ["daemon.crashed"]


@pytest.mark.anyio
async def test_an_edit_takes_effect_and_a_fault_does_not(service: Service, coven: Coven) -> None:
    """A new home is watched; an invalid file is said once and the old settings stay."""
    other = service.home.with_name("other")
    async with coven() as simulated, SimulatedCoven(other) as second, service.running():
        service.write(homes=(service.home, other))
        await service.until(lambda store: len(store.looks()) > 1)
        service.config.write_text("homes = 5\n")
        assert await service.letters(1) == ["watchdog.config_invalid"]

        await second.kill()
        assert (await service.letters(2))[1] == "daemon.crashed"

        service.write()
        await service.letters(4)
        assert simulated.running

    assert sorted(letter.kind for letter in service.inbox.letters[2:]) == ["daemon.crashed", "watchdog.config_invalid"]
