"""The watches over the homes follow the settings."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import TaskGroup

from coven_watchdog import clock
from coven_watchdog.daemon.homes import Homes, HomesPorts, Machine
from coven_watchdog.model.facts import FilesSeen, HomeForgotten, Observation, SourceFailed
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import Look
from coven_watchdog.settings import Home, Settings
from coven_watchdog.state import HomeState
from waiting import auntil

pytestmark = pytest.mark.anyio

MACHINE = Machine(uid=os.getuid(), boot="this boot", booted=1)


class Watching:
    """Some homes, watched in `tasks`; what they tell, and which first states were taken."""

    def __init__(self, tasks: TaskGroup, *paths: Path, failed: tuple[tuple[str, str], ...] = (), brief: bool = False) -> None:
        self.tasks = tasks
        self.settings = Settings()
        self.seen: list[Observation] = []
        self.adopted: list[HomeState] = []
        self.gate = anyio.Event()
        self.gate.set()
        ports = HomesPorts(self._emit, self._emit, self.adopted.append)
        self.homes = Homes(lambda: self.settings, clock.now, MACHINE, ports, failed=failed, brief=brief)
        self.name(*paths)

    def name(self, *paths: Path) -> None:
        """Let the settings name these homes."""
        self.settings = Settings(homes=tuple(Home(path=str(path)) for path in paths))

    async def follow(self, remembered: dict[str, HomeLook] | None = None) -> frozenset[str]:
        """Follow the settings."""
        return await self.homes.follow(self.tasks, remembered or {})

    def of(self, path: Path, kind: type[Observation]) -> list[Observation]:
        """What of this kind was seen of a home."""
        return [one for one in self.seen if one.home == str(path) and isinstance(one, kind)]

    async def _emit(self, observation: Observation) -> None:
        await self.gate.wait()
        self.seen.append(observation)


@asynccontextmanager
async def watching(*paths: Path, failed: tuple[tuple[str, str], ...] = (), brief: bool = False) -> AsyncIterator[Watching]:
    """Nothing is watched yet."""
    async with anyio.create_task_group() as tasks:
        yield Watching(tasks, *paths, failed=failed, brief=brief)
        tasks.cancel_scope.cancel()


async def test_what_the_settings_name_is_watched(tmp_path: Path) -> None:
    """Every home's first state is taken before its first observation, and following returns when it has been looked at."""
    one, two = tmp_path / "one", tmp_path / "two"
    async with watching(one, two) as watched:
        assert await watched.follow() == frozenset()
        assert watched.homes.watched == {str(one), str(two)}
        assert {state.home for state in watched.adopted} == {str(one), str(two)}
        assert watched.of(one, FilesSeen)
        assert watched.of(two, FilesSeen)
        assert f"{one}: files" in watched.homes.progress
        assert await watched.follow() == frozenset()
        assert len(watched.adopted) == 2


async def test_a_loop_that_stands_is_started_again(tmp_path: Path) -> None:
    """One source of one home, by the name of its loop; other names are not for the homes."""
    home = tmp_path / "one: two"
    async with watching(home) as watched:
        await watched.follow()
        assert watched.homes.start_again(f"{home}: files")
        await auntil(lambda: watched.of(home, SourceFailed))
        assert watched.homes.start_again(f"{home}: unknown")
        assert not watched.homes.start_again("engine")
        assert not watched.homes.start_again(f"{tmp_path}: files")


async def test_what_they_do_not_name_any_more_is_forgotten(tmp_path: Path) -> None:
    """Its watch has ended before that is said: the last word about it is that it is forgotten."""
    one, two = tmp_path / "one", tmp_path / "two"
    async with watching(one, two) as watched:
        await watched.follow()
        watched.name(two)
        assert await watched.follow() == {str(one)}
        assert watched.homes.watched == {str(two)}
        assert isinstance([seen for seen in watched.seen if seen.home == str(one)][-1], HomeForgotten)
        assert not any(name.startswith(str(one)) for name in watched.homes.progress)


async def test_one_that_comes_back(tmp_path: Path) -> None:
    """It is taken on again as new."""
    one, two = tmp_path / "one", tmp_path / "two"
    async with watching(one) as watched:
        for path in (one, two, one):
            watched.name(path)
            await watched.follow()

        assert [state.home for state in watched.adopted] == [str(one), str(two), str(one)]
        assert len(watched.of(one, FilesSeen)) == 2


async def test_two_at_once(tmp_path: Path) -> None:
    """A home that is to go while it is still being armed is armed first, then forgotten."""
    one, two = tmp_path / "one", tmp_path / "two"
    async with watching(one) as watched:
        watched.gate = anyio.Event()
        async with anyio.create_task_group() as both:
            both.start_soon(watched.follow)
            await anyio.wait_all_tasks_blocked()
            watched.name(two)
            both.start_soon(watched.follow)
            await anyio.wait_all_tasks_blocked()
            watched.gate.set()

        assert watched.homes.watched == {str(two)}
        assert len(watched.of(one, HomeForgotten)) == 1


async def test_arming_that_is_broken_off(tmp_path: Path) -> None:
    """What was not armed is not watched, and there is nothing to wait for at the end."""
    async with watching(tmp_path / "one") as watched:
        watched.gate = anyio.Event()
        async with anyio.create_task_group() as arming:
            arming.start_soon(watched.follow)
            await anyio.wait_all_tasks_blocked()
            arming.cancel_scope.cancel()

        assert watched.homes.watched == frozenset()
        await watched.homes.end()


async def test_all_end(tmp_path: Path) -> None:
    """At the end of a single look nothing is forgotten, and nothing is seen any more."""
    async with watching(tmp_path / "one", tmp_path / "two", brief=True) as watched:
        await watched.follow()
        await watched.homes.end()
        assert watched.homes.watched == frozenset()
        assert not any(isinstance(seen, HomeForgotten) for seen in watched.seen)


async def test_asking(tmp_path: Path) -> None:
    """A look reaches the watch over its home; one for a home that is not watched has no answer."""
    one = tmp_path / "one"
    async with watching(one) as watched:
        await watched.follow()
        told = len(watched.of(one, FilesSeen))
        watched.homes.ask([LookRequest("/other", Look.FILES), LookRequest(str(one), Look.FILES)])
        await auntil(lambda: len(watched.of(one, FilesSeen)) > told)
        assert {seen.home for seen in watched.seen} == {str(one)}


async def test_what_the_first_state_knows(tmp_path: Path) -> None:
    """This boot, the last look of the run before, and which sources failed then: they have been started anew."""
    one, two = tmp_path / "one", tmp_path / "two"
    look = HomeLook(str(one), "one", seen_at=5, boot="another", existed=True)
    async with watching(one, two, failed=((str(one), "health"), ("/other", "files"))) as watched:
        await watched.follow({look.home: look})
        first, second = sorted(watched.adopted, key=lambda state: state.home)
        assert (first.remembered, first.existed, first.boot, first.booted) == (look, True, "this boot", 1)
        assert (first.sources, second.sources, second.remembered) == ({"health": None}, {}, None)


async def test_what_the_run_before_knew(tmp_path: Path) -> None:
    """Homes that are not watched any more are adopted only to be forgotten; those that are, are left alone."""
    one, gone = tmp_path / "one", tmp_path / "gone"
    async with watching(one) as watched:
        assert await watched.homes.forget([str(one), str(gone)]) == {str(gone)}
        assert [state.home for state in watched.adopted] == [str(gone)]
        assert [(type(seen), seen.home) for seen in watched.seen] == [(HomeForgotten, str(gone))]
