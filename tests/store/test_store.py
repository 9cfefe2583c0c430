"""The store as the daemon sees it, with real files, threads, processes and disks."""

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from coven_watchdog.errors import StoreError
from coven_watchdog.model.telling import Plan, World
from coven_watchdog.model.time import DAY
from coven_watchdog.model.words import NotificationState, Suppression
from coven_watchdog.store import FILE_NAME, Memory, Store, StoreCondition, StoreReader, open_store, request_test
from rigs.absent import absent
from store.builders import (
    BOOT,
    HOME,
    START,
    accepted,
    always,
    at,
    blind,
    channel_look,
    incident,
    look,
    member,
    notification,
    refused,
    service,
    story,
)

ROUNDS = 25
_TESTS = Path(__file__).parent.parent
_CHILD = (sys.executable, "-m", "store.children")
_ENV = {**os.environ, "PYTHONPATH": str(_TESTS)}
SENT, QUEUED = NotificationState.SENT, NotificationState.QUEUED

T = TypeVar("T")


async def _viewed(directory: Path, view: Callable[[StoreReader], T]) -> T:
    """What a command sees. It reads in a thread: commands have no event loop to block."""

    def read() -> T:
        with StoreReader(directory / FILE_NAME) as reader:
            return view(reader)

    return await anyio.to_thread.run_sync(read)


@pytest.mark.anyio
async def test_what_is_committed_is_known_after_a_restart(tmp_path: Path) -> None:
    """Incidents, looks and blind windows of one transaction; ids in use; then nothing else."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        assert await store.load() == Memory()
        assert store.taken_ids == set()
        plan = story(incident(), notification())
        assert await store.commit([], [], [], always(plan), now=at(), looks=[look()], blind=[blind()]) == plan

    async with open_store(tmp_path, now=at(1), boot=BOOT) as store:
        assert await store.load() == Memory(open=(incident(boot=BOOT),), looks={HOME: look()})
        assert store.taken_ids == {"k7fq"}
        assert (store.path, store.condition) == (tmp_path / FILE_NAME, StoreCondition(recorded=True))

    assert await _viewed(tmp_path, lambda reader: reader.blind_windows(0)) == (blind(),)


@pytest.mark.anyio
async def test_a_decision_sees_the_world_of_its_transaction(tmp_path: Path) -> None:
    """What the commit before wrote, and what was told."""
    seen: list[World] = []

    def decide(world: World) -> Plan:
        seen.append(world)
        return Plan()

    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.commit([], [], [], always(story(incident(), notification())), now=at())
        await store.commit(["k7fq"], [HOME], ["desk"], decide, now=at(1))

    kept = incident(boot=BOOT)
    assert [(world.incidents, world.open_incidents) for world in seen] == [({"k7fq": kept}, (kept,))]
    assert seen[0].told["k7fq", "desk"].first == notification()


@pytest.mark.anyio
async def test_a_decision_that_raises_writes_nothing(tmp_path: Path) -> None:
    """Not even the looks that came with it; the store goes on."""

    def decide(_: World) -> Plan:
        raise LookupError

    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        with pytest.raises(LookupError):
            await store.commit([], [], [], decide, now=at(), looks=[look()])

        assert await store.load() == Memory()


@pytest.mark.anyio
async def test_looks_of_all_sorts_are_kept(tmp_path: Path) -> None:
    """Each call keeps what it is given, and forgets channels only when told which are configured."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.keep(watchdog=service(), channels=[channel_look(), channel_look("phone")], blind=[blind()])
        await store.keep(looks=[look()])
        await store.keep(configured=["phone"])

    assert await _viewed(tmp_path, lambda reader: (reader.watchdog(), reader.looks())) == (service(), {HOME: look()})
    assert await _viewed(tmp_path, StoreReader.channels) == (channel_look("phone"),)
    assert await _viewed(tmp_path, lambda reader: reader.blind_windows(0)) == (blind(),)


@pytest.mark.anyio
async def test_a_message_from_queue_to_receipt(tmp_path: Path) -> None:
    """Due, claimed, tried again, accepted, and nothing left."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.commit([], [], [], always(story(incident(), notification())), now=at())
        assert await store.next_due("desk", at().wall) == START
        first = await store.claim("desk", at().wall)
        assert first is not None
        assert first.members == (member(notification(), incident()),)
        await store.settle(first, refused(), QUEUED, at(1).wall)
        assert await store.claim("desk", at().wall) is None
        again = await store.claim("desk", at(1).wall)
        assert again is not None
        await store.settle(again, accepted(1, "77"), SENT)
        assert await store.next_due("desk", at(2).wall) is None
        with pytest.raises(StoreError, match="other hands"):
            await store.settle(again, accepted(1), SENT)

    assert await _viewed(tmp_path, lambda reader: reader.attempts("k7fq.1", "desk")) == (refused(), accepted(1, "77"))


@pytest.mark.anyio
async def test_a_killed_runs_message_goes_out_again(tmp_path: Path) -> None:
    """Under the same id, with its try counted; a run's own messages are released by channel only."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.commit([], [], [], always(story(incident(), notification())), now=at())
        assert await store.claim("desk", START) is not None
        assert await store.release() == 0

    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        assert await store.claim("desk", START) is None
        assert await store.release() == 1
        taken = await store.claim("desk", START)
        assert taken is not None
        assert (taken.notification.id, taken.notification.attempts) == ("k7fq.1", 2)
        assert await store.release("desk") == 1


@pytest.mark.anyio
async def test_one_of_many_hands_gets_a_message(tmp_path: Path) -> None:
    """Two stores on one file, and many claims at once: each message is in one hand."""
    got: list[str] = []
    async with (
        open_store(tmp_path, now=at(), boot=BOOT) as one,
        open_store(tmp_path, now=at(), boot=BOOT) as other,
        anyio.create_task_group() as tasks,
    ):
        rows = tuple(notification(f"i.{number}", f"channel{number}") for number in range(10))
        await one.commit([], [], [], always(Plan(notifications=rows)), now=at())

        async def take(store: Store, channel: str) -> None:
            claim = await store.claim(channel, START)
            if claim is not None:
                got.append(claim.notification.id)

        for row in rows:
            for store in (one, other, one):
                tasks.start_soon(take, store, row.channel)

    assert sorted(got) == sorted(row.id for row in rows)


@pytest.mark.anyio
async def test_old_rows_go(tmp_path: Path) -> None:
    """In as many batches as it takes."""
    many = Plan(notifications=tuple(notification(f"i.{number}", state=SENT) for number in range(1200)))
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.commit([], [], [], always(many), now=at())
        assert await store.purge(START + 31 * DAY) == 1200
        assert await store.purge(START + 31 * DAY) == 0


@pytest.mark.anyio
async def test_a_command_of_another_process_is_noticed(tmp_path: Path) -> None:
    """What it asked for is there; our own writes are not taken for it."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.keep(looks=[look()])
        assert not await store.changed_elsewhere()
        await anyio.run_process([*_CHILD, "asks", str(tmp_path)], env=_ENV)
        assert await store.changed_elsewhere()
        assert not await store.changed_elsewhere()
        assert await store.claim("desk", START) is not None


@pytest.mark.anyio
async def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Nobody fails, and nothing of either is lost."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store, anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(lambda: anyio.run_process([*_CHILD, "asks", str(tmp_path)], env=_ENV))

        for number in range(100):
            one = incident(f"i{number}", subject=str(number))
            await store.commit([], [], [], always(story(one, notification(f"i{number}.1"))), now=at())

    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        counted = connection.execute("SELECT reason, count(*) FROM notification GROUP BY reason").fetchall()
    assert dict(counted) == {"first": 100, "test": 80}


@pytest.mark.anyio
async def test_a_full_database_is_told_and_survived(tmp_path: Path) -> None:
    """From the commit that failed on, nothing is recorded and nothing is lost; then the way back."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.keep(looks=[look()])
        store._database._connection.execute("PRAGMA query_only = ON")
        plan = story(incident(), notification())
        assert await store.commit([], [], [], always(plan), now=at()) == plan
        assert not store.condition.recorded
        assert await store.claim("desk", START) is not None
        assert await store.retry_disk()
        assert store.condition.recorded

    assert [found.id for found in await _viewed(tmp_path, StoreReader.incidents)] == ["k7fq"]


@pytest.mark.anyio
async def test_a_channel_that_is_gone_takes_nothing(tmp_path: Path) -> None:
    """What waited for it can be seen not to have been sent."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        await store.commit([], [], [], always(story(incident(), notification())), now=at())
        await store.keep(configured=[])
        assert await store.next_due("desk", START) is None

    assert [row.suppression for row in await _viewed(tmp_path, StoreReader.notifications)] == [Suppression.NOT_ROUTED]


def test_a_kill_at_any_moment_leaves_whole_plans(tmp_path: Path) -> None:
    """However often: the database opens, each commit that was reported is there, and none is there in part."""
    draw = random.Random(4)
    for _ in range(ROUNDS):
        with subprocess.Popen([*_CHILD, "commits", str(tmp_path)], stdout=subprocess.PIPE, env=_ENV) as child:
            assert child.stdout is not None
            lines = [child.stdout.readline() for _ in range(draw.randint(1, 40))]
            child.kill()

        last = int(lines[-1])
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            whole = {
                tuple(row)
                for row in connection.execute(
                    """SELECT (SELECT count(*) FROM history WHERE incident = i.id),
                              (SELECT count(*) FROM notification WHERE incident = i.id),
                              (SELECT count(*) FROM notification_incident WHERE incident = i.id) FROM incident AS i"""
                )
            }
            tables = ("incident", "history", "notification", "notification_incident")
            incidents, history, rows, members = (
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
            )

        assert whole == {(1, 2, 2)}
        assert (history, rows, members) == (incidents, 2 * incidents, 2 * incidents)
        assert incidents > last


@pytest.mark.parametrize("what", ["read_only", "read_only_after_a_crash", "full", "full_from_the_start"])
def test_a_real_disk_that_takes_nothing(tmp_path: Path, what: str) -> None:
    """A tmpfs of one MiB in a mount namespace of its own: alerts go on from memory, and come back to the disk with it."""
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    mount = f'mount -t tmpfs -o size=1m,mode=700 tmpfs "{tmp_path}"'
    if subprocess.run([*namespace, "sh", "-c", mount], check=False, capture_output=True).returncode:
        absent("private mount namespaces are not allowed", "run as root, or: sysctl kernel.unprivileged_userns_clone=1")

    child = " ".join((*_CHILD, what, str(tmp_path)))
    done = subprocess.run([*namespace, "sh", "-c", f"{mount} && {child}"], check=False, capture_output=True, env=_ENV)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.anyio
async def test_a_request_reaches_a_store_that_came_back(tmp_path: Path) -> None:
    """A test asked for while the disk was away is sent after the way back."""
    async with open_store(tmp_path, now=at(), boot=BOOT) as store:
        store._database._connection.execute("PRAGMA query_only = ON")
        await store.keep(looks=[look()])
        (asked,) = await anyio.to_thread.run_sync(request_test, store.path, ["desk"], START)
        assert await store.claim("desk", START) is None
        assert await store.retry_disk()
        taken = await store.claim("desk", START)
        assert taken is not None
        assert taken.notification.id == asked
