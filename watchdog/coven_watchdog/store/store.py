"""The store as the daemon uses it: `Database` in a thread of its own, one call at a time, each in one transaction.

In: what the core decided, and what the outbox did. Out: memory at a start, plans as written, claims. Counterparts: `engine`
and `deliver`; the command line reads through `reading` instead.
"""

import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from coven_watchdog.model.looks import BlindWindow, ChannelLook, HomeLook, WatchdogLook
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.telling import Attempt, Notification, Plan, World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import NotificationState
from coven_watchdog.store import keeping, outbox
from coven_watchdog.store.database import Database, StoreCondition
from coven_watchdog.store.digests import Draft, put_digest
from coven_watchdog.store.figures import latencies, sent
from coven_watchdog.store.memory import Memory, check_rows, load, taken_ids
from coven_watchdog.store.moment import Moment
from coven_watchdog.store.outbox import Claim
from coven_watchdog.store.retention import purge_batch
from coven_watchdog.store.world import read_world
from coven_watchdog.store.writing import write_plan

T = TypeVar("T")


@asynccontextmanager
async def open_store(directory: Path, *, now: Instant, boot: str) -> "AsyncIterator[Store]":
    """The store of a state directory, which is made where it is missing. Ask `condition` what became of it.

    A damaged file is moved aside and a new one begun; where nothing can be written, the store lives in memory.

    Raises:
        StoreError: the database was written by a later version; it was not touched.
    """
    limiter = CapacityLimiter(1)
    moment = Moment(now, boot)
    database = await to_thread.run_sync(Database, directory, partial(check_rows, moment=moment), now.wall, limiter=limiter)
    try:
        taken = await to_thread.run_sync(database.run, taken_ids, limiter=limiter)
        yield Store(database, limiter, moment, taken)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(database.close, limiter=limiter)


class Store:
    """One per state directory; made by `open_store`. Every method may raise a StoreError, and none waits without a bound."""

    def __init__(self, database: Database, limiter: CapacityLimiter, opened: Moment, taken: set[str]) -> None:
        self._database = database
        self._limiter = limiter
        self._opened = opened
        self._hand = secrets.token_hex(8)
        self.taken_ids = taken
        """Incident ids in use when the store was opened."""

    @property
    def path(self) -> Path:
        """The database file; its `-wal` beside it changes when a command asks for something."""
        return self._database.path

    @property
    def condition(self) -> StoreCondition:
        """Whether what is committed reaches the disk, and why not."""
        return self._database.condition

    async def load(self) -> Memory:
        """What a start must know, as of the time of opening."""
        return await self._call(partial(load, moment=self._opened))

    async def commit(
        self,
        incidents: Collection[str],
        homes: Collection[str],
        channels: Collection[str],
        decide: Callable[[World], Plan],
        *,
        now: Instant,
        looks: Collection[HomeLook] = (),
        blind: Collection[BlindWindow] = (),
    ) -> Plan:
        """Read the world, decide, and write the whole plan, in one transaction. Returns the plan as it was written.

        An event that was noted before, under another id, is left out of it. When the file fails, `decide` is asked again and
        the plan is kept in memory: `condition` says so. What `decide` raises is raised, and nothing is written.

        Args:
            incidents: ids of the incidents in question.
            homes: homes whose open incidents matter.
            channels: names of the configured channels.
            decide: a pure function; it runs in the store's thread.
            now: the moment that `decide` knows.
            looks: last looks to keep in the same transaction.
            blind: blind windows to keep in the same transaction.
        """
        moment = Moment(now, self._opened.boot)

        def work(connection: sqlite3.Connection) -> Plan:
            world = read_world(connection, incidents, homes, channels, moment)
            written = write_plan(connection, decide(world), moment)
            keeping.keep_looks(connection, looks)
            keeping.keep_blind(connection, blind)
            return written

        self._database.at = now.wall
        return await self._call(work)

    async def put_digest(self, name: str, since: int, now: int, draft: Draft) -> tuple[Notification, ...]:
        """Put a digest into the outbox, in one transaction, unless there is one of that name. Returns its rows.

        Args:
            name: stands for the incident in the ids of its messages.
            since: how far back it looks; wall µs.
            now: wall µs.
            draft: a pure function; it runs in the store's thread.
        """
        self._database.at = now
        return await self._call(partial(put_digest, name=name, since=since, now=now, draft=draft))

    async def keep(
        self,
        *,
        looks: Collection[HomeLook] = (),
        watchdog: WatchdogLook | None = None,
        channels: Collection[ChannelLook] = (),
        blind: Collection[BlindWindow] = (),
        configured: Collection[str] | None = None,
        forgotten: Collection[str] = (),
        samples: Collection[Sample] = (),
    ) -> None:
        """Keep looks and samples; what is not given stays.

        `forgotten`: homes that are not watched any more.
        `configured`: the names of all channels; others are forgotten, and what waited for them is withheld as not routed.
        """

        def work(connection: sqlite3.Connection) -> None:
            keeping.drop_looks(connection, forgotten)
            keeping.keep_looks(connection, looks)
            keeping.keep_channels(connection, channels)
            keeping.keep_blind(connection, blind)
            keeping.keep_samples(connection, samples)
            if watchdog is not None:
                keeping.keep_watchdog(connection, watchdog)

            if configured is not None:
                keeping.drop_channels(connection, configured)

        await self._call(work)

    async def sent(self, since: int) -> int:
        """How many messages were accepted since `since` (wall µs)."""
        return await self._call(partial(sent, since=since))

    async def latencies(self, since: int) -> tuple[int, ...]:
        """As `figures.latencies`."""
        return await self._call(partial(latencies, since=since))

    async def next_due(self, channel: str, now: int) -> int | None:
        """Wall µs at which the channel's next message may be claimed; None when none waits or one is in hand."""
        return await self._call(partial(outbox.next_due, channel=channel, now=now))

    async def claim(self, channel: str, now: int) -> Claim | None:
        """Take the channel's next message in hand if it is due; its `attempts` are counted up. `now`: wall µs.

        A claim that is lost with the power makes a duplicate under the same id at worst: it waits for no disk.
        """
        work = partial(outbox.claim, channel=channel, now=now, by=self._hand)
        return await to_thread.run_sync(partial(self._database.run, work, durable=False), limiter=self._limiter)

    async def settle(
        self, claim: Claim, attempt: Attempt, state: NotificationState, next_attempt_at: int | None = None
    ) -> None:
        """Record a try and where the message stands now. QUEUED with `next_attempt_at` (wall µs): it is tried again.

        Raises:
            StoreError: the message is not in these hands any more.
        """
        await self._call(partial(outbox.settle, claimed=claim, attempt=attempt, state=state, next_attempt_at=next_attempt_at))

    async def release(self, channel: str | None = None) -> int:
        """Put back what a former run had in hand; with `channel`, what a worker of this run left in hand there."""
        return await self._call(partial(outbox.release, by=self._hand, channel=channel))

    async def purge(self, now: int) -> int:
        """Delete what is too old, in small transactions that let others in between. Returns how many rows. `now`: wall µs."""
        total = 0
        while done := await self._call(partial(purge_batch, now=now)):
            total += done

        return total

    async def changed_elsewhere(self) -> bool:
        """Whether another process has written to the file since this was last asked."""
        return await to_thread.run_sync(self._database.changed_elsewhere, limiter=self._limiter)

    async def retry_disk(self) -> bool:
        """Go back to the file if the disk allows it again. True when what is committed is recorded."""
        return await to_thread.run_sync(self._database.retry, limiter=self._limiter)

    async def _call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await to_thread.run_sync(self._database.run, work, limiter=self._limiter)
