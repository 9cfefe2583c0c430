"""The settings in force."""

import pytest
from anyio import to_thread

from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.time import SECOND
from daemon.conftest import Service

pytestmark = pytest.mark.anyio


async def made(service: Service, *, once: bool = False) -> Configuration:
    """The service's configuration."""
    return await to_thread.run_sync(lambda: Configuration(service.options(once=once)))


async def test_what_is_in_force(service: Service) -> None:
    """It is loaded when it is made, with canonical homes."""
    configuration = await made(service)
    assert [home.path for home in configuration.settings().watched] == [str(service.home)]
    assert (configuration.loaded.path, configuration.loaded.exists, configuration.error) == (service.config, True, "")


async def test_a_faulty_one_is_refused_at_the_start(service: Service) -> None:
    """There is nothing older to go on with."""
    service.put("homes = 5\n")
    with pytest.raises(ConfigError):
        await made(service)


async def test_reloading(service: Service) -> None:
    """It tells whether other settings are in force now; writing the same again changes nothing."""
    configuration = await made(service)
    assert not await configuration.reload()
    await to_thread.run_sync(service.write, 'expect = "running"')
    assert await configuration.reload()
    assert configuration.settings().expect == "running"


async def test_a_fault_is_kept_until_it_is_mended(service: Service) -> None:
    """The old settings stay, and why is known: which line, which key."""
    configuration = await made(service)
    before = configuration.settings()
    await to_thread.run_sync(service.put, "\nhomes = 5\n")
    assert not await configuration.reload()
    assert configuration.error.startswith(f"{service.config}:2: homes: ")
    assert configuration.settings() is before
    await to_thread.run_sync(service.write)
    assert not await configuration.reload()
    assert configuration.error == ""


async def test_a_file_that_vanishes(service: Service) -> None:
    """One that was named must be there: what was in force stays in force."""
    configuration = await made(service)
    await to_thread.run_sync(service.config.unlink)
    assert not await configuration.reload()
    assert "there is no such file" in configuration.error
    assert [home.path for home in configuration.settings().watched] == [str(service.home)]


async def test_a_single_look_is_impatient(service: Service) -> None:
    """`--once` cannot wait for a third try."""
    await to_thread.run_sync(service.write, '[probe]\nunresponsive_after = 5\nhealth_timeout = "7s"')
    usual, once = (await made(service)).settings().probe, (await made(service, once=True)).settings().probe
    assert (usual.unresponsive_after, usual.health_timeout) == (5, 7 * SECOND)
    assert (once.unresponsive_after, once.health_timeout) == (2, SECOND)


TEAM = '[[channels]]\nname = "team"\napprise_config = "~/apprise.conf"\ntags = ["oncall"]\n'


def names(configuration: Configuration) -> list[str]:
    """The channels in force."""
    return [channel.name for channel in configuration.settings().channels]


@pytest.mark.parametrize("once", [False, True])
async def test_an_apprise_file(service: Service, *, once: bool) -> None:
    """Its services are channels, from the start and after an edit of it alone."""
    await to_thread.run_sync(service.put, TEAM)
    file = await to_thread.run_sync(service.put_apprise, "oncall=json://a\nother=json://b\n")
    configuration = await made(service, once=once)
    assert names(configuration) == ["team/1"]
    assert list(configuration.files) == [service.config, file]
    assert not await configuration.reload()
    await to_thread.run_sync(service.put_apprise, "oncall=json://a\noncall=json://b\n")
    assert await configuration.reload()
    assert names(configuration) == ["team/1", "team/2"]


async def test_an_apprise_file_with_a_fault(service: Service) -> None:
    """At the start it is refused; later the old channels stay, and the file is watched until it is mended."""
    file = await to_thread.run_sync(service.put_apprise, "oncall=tgram://s3cr3t\n")
    configuration = await made(service)
    await to_thread.run_sync(service.put, TEAM)
    with pytest.raises(ConfigError, match="Apprise does not take line 1"):
        await made(service)

    assert list(configuration.files) == [service.config]
    assert not await configuration.reload()
    assert configuration.error == (
        f"{service.config}:3: channels[0].apprise_config: ~/apprise.conf: Apprise does not take line 1"
    )
    assert names(configuration) == ["sink"]
    assert list(configuration.files) == [service.config, file]
    await to_thread.run_sync(service.put, "homes = 5\n")
    assert not await configuration.reload()
    assert list(configuration.files) == [service.config, file]
    await to_thread.run_sync(service.put, TEAM)
    await to_thread.run_sync(service.put_apprise, "oncall=json://a\n")
    assert await configuration.reload()
    assert (names(configuration), configuration.error) == (["team/1"], "")


async def test_what_is_masked_is_told_to_the_log(service: Service) -> None:
    """At the start, and again when other patterns are in force."""
    await to_thread.run_sync(service.put, "[privacy]\npatterns = ['a1']\n")
    options = service.options()
    configuration = await to_thread.run_sync(Configuration, options)
    assert options.patterns == ["a1"]
    await to_thread.run_sync(service.put, "[privacy]\npatterns = ['b2', 'c3']\n")
    await configuration.reload()
    assert options.patterns == ["b2", "c3"]
