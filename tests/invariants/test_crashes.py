"""No moment at which the service is killed loses a message, and no two workers have the same one in hand.

Lives of the real engine over a real file, killed at any statement; a bounded number of them each time, the same in CI.
Thousands by hand, for minutes: `HYPOTHESIS_PROFILE=long python -m pytest -q --timeout=0 tests/invariants/test_crashes.py`.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.model.telling import Attempt
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import AttemptOutcome, NotificationState
from coven_watchdog.store import Claim, Store, open_store
from invariants.crashing import CHANNELS, DiedError, Life, Outside, later
from store.builders import BOOT, always, at, incident, notification, story

assert PROFILE

_DISK = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A kill of the process does not care what the disk has: memory is as good, and faster."""
_CALM = 16 * MINUTE
_TOPICS = ("self:config", "self:store", "channel:phone")
_MANY = 60

ACTS = ("begins", "fails", "time", *_TOPICS, *CHANNELS, *(f"{channel} refuses" for channel in CHANNELS))
DEATHS = st.one_of(st.none(), st.none(), st.integers(0, 70))
SCRIPTS = st.lists(st.tuples(st.sampled_from(ACTS), DEATHS, DEATHS), min_size=1, max_size=12)
Script = list[tuple[str, int | None, int | None]]


@pytest.fixture
def disk() -> Iterator[Path]:
    """A directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="cw.", dir=_DISK) as directory:
        yield Path(directory)


@settings(max_examples=settings().max_examples // 2)
@given(SCRIPTS)
def test_no_death_loses_a_message(script: Script) -> None:
    """Whenever it is killed, and killed again while it starts: everything is told, duplicates under the same id only."""
    with tempfile.TemporaryDirectory(prefix="cw.", dir=_DISK) as directory:
        anyio.run(_lived, script, _outside(directory))


def test_every_statement_of_a_story(disk: Path) -> None:
    """One story, as often as it has moments to be killed at."""
    story = ["begins", "self:config", "fails", "time", "desk"]
    lives = 0
    for act in range(len(story)):
        for moment in range(_MANY):
            script: Script = [(what, moment if number == act else None, None) for number, what in enumerate(story)]
            lives += 1
            with tempfile.TemporaryDirectory(prefix="cw.", dir=disk) as directory:
                if not anyio.run(_lived, script, _outside(directory)):
                    break

    assert lives > len(story) * 4


def _outside(directory: str) -> Outside:
    first = Path(directory) / "life1"
    first.mkdir(mode=0o700)
    return Outside(first)


async def _lived(script: Script, outside: Outside) -> bool:
    """Play it, then let everything come to rest. Whether it was killed on the way, and not only behind an act."""
    life, killed = await _born(outside, None), False
    for act, dies_in, again_in in script:
        life.death.comes_in(dies_in)
        try:
            await _act(life, act)
        except DiedError:
            killed = True

        if dies_in is not None:
            await life.killed()
            life = await _born(outside, again_in)

        life.death.comes_in(None)
        outside.now = later(outside.now, SECOND)

    await _rested(life)
    await _told(life)
    await life.end()
    return killed


async def _born(outside: Outside, dies_in: int | None) -> Life:
    """A life that stands; the one before it may have died while it was born."""
    life = Life(outside)
    try:
        await life.start(dies_in)
    except DiedError:
        await life.killed()
        return await _born(outside, None)

    return life


async def _act(life: Life, act: str) -> None:
    outside = life.outside
    channel, _, refuses = act.partition(" ")
    running = [name for name, row in outside.sessions.items() if row.status == "running"]
    if act == "time":
        outside.now = later(outside.now, 20 * SECOND)
        await life.see(outside.listing())
    elif channel in CHANNELS:
        await life.deliver(channel, accepts=not refuses)
    elif act in _TOPICS:
        outside.troubles[act] = None if outside.troubles.get(act) else "it fails"
        await life.see(outside.trouble(act))
    else:
        if act == "begins":
            outside.begins()
        elif running:
            outside.fails(running[0])

        await life.see(outside.listing())


async def _rested(life: Life) -> None:
    """What flapped is calm, and all is delivered."""
    for _ in range(2):
        await life.empty()
        life.outside.now = later(life.outside.now, _CALM)
        for fact in life.outside.facts():
            await life.see(fact)

    await life.empty()


async def _told(life: Life) -> None:
    """The promise."""
    outside = life.outside
    assert await life.unsent() == []
    assert outside.promised <= await life.everything()
    times = Counter((channel, name) for channel, name, _ in outside.accepted)
    assert set(times) <= {(channel, name) for name, channel in await life.everything()}
    assert sum(times.values()) - len(times) <= outside.deaths_after_sending
    noted = Counter(subject for subject, state in await life.incidents() if state == "noted")
    failed = {f"session:{name}" for name, row in outside.sessions.items() if row.status == "failed"}
    assert noted == Counter(failed)
    for channel in CHANNELS:
        last = {one.subject: one.state for where, _, told in outside.accepted if where == channel for one in told}
        assert failed <= set(last)
        for topic, trouble in outside.troubles.items():
            if topic != f"channel:{channel}":
                assert last.get(topic, "resolved") == ("open" if trouble else "resolved")


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(st.tuples(st.sampled_from(("claim", "settle", "refuse")), st.booleans()), max_size=30))
def test_two_workers_never_have_one_message(script: list[tuple[str, bool]]) -> None:
    """Two connections to one file, in any order: a message is in hand once at most, and each is sent once."""
    with tempfile.TemporaryDirectory(prefix="cw.", dir=_DISK) as directory:
        anyio.run(_two, script, Path(directory))


async def _two(script: list[tuple[str, bool]], directory: Path) -> None:
    async with open_store(directory, now=at(), boot=BOOT) as one, open_store(directory, now=at(), boot=BOOT) as two:
        await _write(one, 4)
        hands: dict[Store, Claim | None] = {one: None, two: None}
        sent: list[str] = []
        for minute, (act, which) in enumerate([*script, *(("claim", True), ("settle", True)) * 5, *(("settle", False),)]):
            store, now = (one if which else two), at(minute)
            held = hands[store]
            if act == "claim" and held is None:
                hands[store] = await store.claim("desk", now.wall)
                both = [claim.notification.id for claim in hands.values() if claim is not None]
                assert len(both) <= 1
            elif act != "claim" and held is not None:
                hands[store] = None
                sent += await _settled(store, held, now.wall, accepted=act == "settle")

        for store, held in hands.items():
            sent += await _settled(store, held, at(100).wall, accepted=True) if held else []

        while (claim := await two.claim("desk", at(200).wall)) is not None:
            sent += await _settled(two, claim, at(200).wall, accepted=True)

        assert sorted(sent) == [f"i{number}.1" for number in range(4)]


async def _settled(store: Store, claim: Claim, now: int, *, accepted: bool) -> list[str]:
    """The id, if it was taken."""
    outcome = AttemptOutcome.ACCEPTED if accepted else AttemptOutcome.TEMPORARY
    state = NotificationState.SENT if accepted else NotificationState.QUEUED
    await store.settle(claim, Attempt(now, outcome), state, None if accepted else now)
    return [claim.notification.id] if accepted else []


async def _write(store: Store, how_many: int) -> None:
    for number in range(how_many):
        opened = incident(f"i{number}", subject=f"self:{number}")
        await store.commit([], [], [], always(story(opened, notification(f"i{number}.1"))), now=at())


@pytest.mark.anyio
async def test_two_workers_at_once(disk: Path) -> None:
    """Two workers on two connections, as fast as they can: nothing is ever in both hands, and all is sent once."""
    hands: set[str] = set()
    sent: list[str] = []

    async def work(store: Store) -> None:
        while len(sent) < _MANY:
            claim = await store.claim("desk", at(1).wall)
            if claim is None:
                await anyio.lowlevel.checkpoint()
                continue

            assert claim.notification.id not in hands
            hands.add(claim.notification.id)
            await anyio.lowlevel.checkpoint()
            hands.discard(claim.notification.id)
            sent.extend(await _settled(store, claim, at(1).wall, accepted=True))

    async with open_store(disk, now=at(), boot=BOOT) as one, open_store(disk, now=at(), boot=BOOT) as two:
        await _write(one, _MANY)
        async with anyio.create_task_group() as workers:
            workers.start_soon(work, one)
            workers.start_soon(work, two)

    assert sorted(sent) == sorted(f"i{number}.1" for number in range(_MANY))


def test_a_killed_process(disk: Path) -> None:
    """SIGKILL at any moment, again and again: what it said was committed is in the sink in the end, and nothing is left."""
    draws, sink, committed = random.Random(7), disk / "sink", set()
    for _ in range(8):
        with _child("works", disk) as child:
            assert child.stdout is not None
            for line in (child.stdout.readline() for _ in range(draws.randrange(2, 40))):
                committed.add(line.decode().strip())

            child.kill()

    with _child("drains", disk) as child:
        assert child.wait() == 0

    taken = Counter(sink.read_text(encoding="ascii").split())
    assert {f"{name}:{channel}" for name in committed for channel in CHANNELS} <= set(taken)
    assert sum(taken.values()) - len(taken) <= 8 * len(CHANNELS)


def _child(what: str, directory: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-m", "store.children", what, str(directory)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
