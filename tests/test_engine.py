"""From an observation to what must be told about it: written before anybody is woken, and nothing forgotten on the way."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

import pytest
from msgspec.structs import replace as replace_struct

from coven_watchdog.decide.memory import Incidents
from coven_watchdog.engine import Engine, Ports
from coven_watchdog.errors import StoreError
from coven_watchdog.model.facts import (
    SELF_HOME,
    Asked,
    DaemonEnded,
    DaemonSeen,
    ExitStatus,
    FilesSeen,
    HomeForgotten,
    LockSeen,
    Observation,
    OwnTrouble,
    ProcessSeen,
    Record,
    SessionRow,
    SessionsListed,
    StoreChanged,
    Tick,
)
from coven_watchdog.model.incidents import Ack, LookRequest
from coven_watchdog.model.looks import BlindWindow, HomeLook
from coven_watchdog.model.telling import Plan, Silence, World
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import (
    DaemonState,
    Holder,
    IncidentState,
    Kind,
    Look,
    NotificationState,
    Outcome,
    ProcessState,
    Route,
    Severity,
)
from coven_watchdog.settings import Channel, Delay, Privacy, Secret, Settings
from coven_watchdog.state import HomeState
from decide.shelf import Shelf
from tale import DAEMON, DIRECTORY, GOOD, SOCKET, row

pytestmark = pytest.mark.anyio

HOME = "/home/ada/.coven"
URL = Secret("json://x")
SETTINGS = Settings(homes=(HOME,), channels=(Channel(name="desk", url=URL), Channel(name="quiet", url=URL)))


def moment(seconds: float) -> Instant:
    """So long after the beginning."""
    return Instant(1_795_000_000 * SECOND + round(seconds * SECOND), 500 * SECOND + round(seconds * SECOND))


@dataclass
class Book:
    """The store, as the engine uses it, and a journal of who did what in which order."""

    shelf: Shelf = field(default_factory=Shelf)
    journal: list[str] = field(default_factory=list)
    looks: list[HomeLook] = field(default_factory=list)
    blind: list[BlindWindow] = field(default_factory=list)
    broken: bool = False

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
        """One transaction."""
        if self.broken:
            message = "no disk, no memory"
            raise StoreError(message)

        plan = self.shelf.write(decide(self.shelf.world(incidents, homes, channels, now.wall)))
        if plan.steps or plan.notifications:
            self.journal.append("commit " + ", ".join(f"{step.incident.kind} {step.transition}" for step in plan.steps))

        self.looks += looks
        self.blind += blind
        return plan


class Run:
    """An engine with its ports."""

    def __init__(self, book: Book | None = None, incidents: Incidents | None = None, *, patient: bool = True) -> None:
        self.book = book or Book()
        self.settings = SETTINGS
        self.asked: list[LookRequest] = []
        ports = Ports(
            settings=lambda: self.settings,
            ask=self._ask,
            wake=lambda channels: self.book.journal.append(f"wake {', '.join(sorted(channels))}"),
            names=(f"i{number}" for number in range(1, 1000)),
            patient=patient,
        )
        self.engine = Engine(self.book, ports, incidents or Incidents(), "boot-one")
        self.engine.watch(HomeState.new(HOME, moment(0)))
        self.engine.watch(HomeState.new(SELF_HOME, moment(0)))

    def _ask(self, requests: Iterable[LookRequest]) -> None:
        self.asked = list(requests)

    async def see(self, seconds: float, *observations: Observation) -> "Run":
        """Take these facts, made at that second."""
        for one in observations:
            await self.engine.handle(replace(one, at=moment(seconds)), moment(seconds))

        return self

    async def serving(self, *rows: SessionRow) -> "Run":
        """A daemon serves, and its sessions are known."""
        return await self.see(
            0,
            FILES,
            LockSeen(HOME, NEVER, owners=(DAEMON,)),
            DaemonSeen(HOME, NEVER, DAEMON, "coven"),
            ProcessSeen(HOME, NEVER, DAEMON, ProcessState.ALIVE),
            Asked(HOME, NEVER, Route.HEALTH, Outcome.OK, health=GOOD),
            SessionsListed(HOME, NEVER, rows, complete=True, identity=DAEMON),
        )


NEVER = moment(0)
FILES = FilesSeen(
    HOME, NEVER, directory=DIRECTORY, socket=SOCKET, record=Record(DAEMON.pid, "x", "y"), record_holder=Holder.DAEMON
)
LEFT = replace(FILES, record_holder=Holder.NOBODY)
DENIED = FilesSeen(HOME, NEVER, error="permission denied")
ENDED = DaemonEnded(HOME, NEVER, DAEMON, ExitStatus(signal=9))
DISK = OwnTrouble(SELF_HOME, NEVER, "self:store", "not recorded: the disk is full")
TICK = Tick(HOME, NEVER)


async def test_written_then_woken() -> None:
    """A crash is committed in one transaction with the look at the home, and only then the channels are woken."""
    run = await (await Run().serving(row())).see(10, ENDED, LEFT)
    assert run.book.journal == ["commit daemon.crashed opened", "wake desk, quiet"]
    (look,) = run.book.looks
    assert (look.home, look.daemon.state, look.boot) == (HOME, DaemonState.CRASHED, "boot-one")
    (incident,) = run.engine.open.values()
    assert (incident.id, incident.tellings, incident.facts.exit) == ("i1", 1, ExitStatus(signal=9))


async def test_only_channels_with_something_to_send_are_woken() -> None:
    """What is withheld on a channel does not wake it."""
    run = Run()
    run.settings = Settings(
        homes=(HOME,), channels=(Channel(name="desk", url=URL), Channel(name="quiet", url=URL, min_severity=Severity.CRITICAL))
    )
    await run.see(0, DISK)
    assert run.book.journal == ["commit watchdog.store_damaged opened", "wake desk"]
    assert [row.channel for row in run.book.shelf.rows.values() if row.state is NotificationState.WITHHELD] == ["quiet"]


async def test_nothing_new_writes_nothing() -> None:
    """Most observations change no incident: no transaction, no wake."""
    run = await (await Run().serving()).see(5, FILES, TICK)
    assert run.book.journal == []


async def test_facts_of_unknown_homes_are_ignored() -> None:
    """An observation that was on its way when its home was forgotten."""
    run = await Run().see(0, replace(DENIED, home="/other"))
    assert (run.book.journal, run.engine.state("/other"), run.engine.next_wake()) == ([], None, None)


async def test_looks_are_asked() -> None:
    """Of the rules, and of the machine that wants to see a recovery twice."""
    run = await Run().see(0, TICK)
    assert LookRequest(HOME, Look.FILES) in run.asked
    run = Run()
    await (await run.serving()).see(1, Asked(HOME, NEVER, Route.HEALTH, Outcome.OK, health=replace(GOOD, ok=False)))
    assert [incident.kind for incident in run.engine.open.values() if incident.home == HOME] == [Kind.DAEMON_UNHEALTHY]
    await run.see(2, Asked(HOME, NEVER, Route.HEALTH, Outcome.OK, health=GOOD))
    await run.see(2.3, TICK)
    assert {request.look for request in run.asked} >= {Look.FILES, Look.HEALTH}
    await run.see(2.4, FILES, Asked(HOME, NEVER, Route.HEALTH, Outcome.OK, health=GOOD))
    assert run.book.journal[-2:] == ["commit daemon.unhealthy resolved", "wake desk, quiet"]


async def test_the_next_wake_is_the_earliest() -> None:
    """Of all homes, by rules and machine; a home that waits for nothing wakes nobody."""
    run = Run()
    assert run.engine.next_wake() is None
    await run.see(0, DENIED)
    due = run.engine.next_wake()
    assert due == (HOME, moment(5).awake)
    await run.see(1, DISK)
    assert run.engine.next_wake() == due


async def test_blindness_leaves_a_window() -> None:
    """From when it could not see until it could again, in the transaction that says so."""
    run = await Run().see(0, DENIED)
    await run.see(5, TICK)
    assert run.book.blind == [BlindWindow(HOME, moment(5).wall, None, f"{HOME}: permission denied")]
    await run.see(60, FILES)
    assert run.book.blind[1:] == [BlindWindow(HOME, moment(5).wall, moment(60).wall, f"{HOME}: permission denied")]


async def test_a_single_look_does_not_wait() -> None:
    """Without patience what is seen counts at once."""
    run = await Run(patient=False).see(0, DENIED)
    assert run.book.journal == ["commit watchdog.blind opened", "wake desk, quiet"]


async def test_numbers_and_acknowledgements_are_taken_over() -> None:
    """What only the transaction knew is known afterwards."""
    run = await (await Run().serving()).see(10, ENDED, replace(LEFT, record_holder=Holder.ZOMBIE))
    shelf = run.book.shelf
    ack = Ack(moment(11).wall, "ada")
    shelf.incidents["i1"] = replace(shelf.incidents["i1"], ack=ack, tellings=7)
    await run.see(12, LEFT)
    assert run.book.journal[-2:] == ["wake desk, quiet", "commit daemon.crashed learned, daemon.crashed acknowledged"]
    incident = run.engine.open[HOME, "daemon"]
    assert (incident.ack, incident.tellings, incident.chapters[-1].note) == (ack, 7, "ada")


async def test_what_a_command_wrote_is_looked_at_when_the_store_says_so() -> None:
    """A silence that is removed, without any other fact: what it held back is told at once."""
    run = Run()
    run.book.shelf.silences = (Silence("s1", moment(600).wall, by="ada"),)
    await run.see(0, DISK)
    assert run.book.journal == ["commit watchdog.store_damaged opened"]
    run.book.shelf.silences = ()
    await run.see(5, Tick(SELF_HOME, NEVER))
    assert len(run.book.journal) == 1
    await run.see(6, StoreChanged(SELF_HOME, NEVER))
    assert run.book.journal[1:] == ["commit ", "wake desk, quiet"]
    await run.see(7, StoreChanged(SELF_HOME, NEVER), StoreChanged("/other", NEVER))
    assert len(run.book.journal) == 3


async def test_what_passes_by_itself_wakes_the_home_when_it_is_over() -> None:
    """The end of a silence is a wake of its own; what is told then needs no new fact, and is looked at once."""
    run = Run()
    run.book.shelf.silences = (Silence("s1", moment(600).wall, by="ada"),)
    await run.see(0, DISK)
    assert run.engine.next_wake() == (SELF_HOME, moment(600).awake)
    await run.see(599, Tick(SELF_HOME, NEVER))
    assert len(run.book.journal) == 1
    await run.see(600, Tick(SELF_HOME, NEVER))
    assert run.book.journal[1:] == ["commit ", "wake desk, quiet"]
    assert run.engine.next_wake() is None
    await run.see(601, Tick(SELF_HOME, NEVER))
    assert len(run.book.journal) == 3


async def test_what_was_withheld_before_the_start_is_looked_at_with_the_first_fact() -> None:
    """The silence has ended while nobody watched."""
    before = Run()
    before.book.shelf.silences = (Silence("s1", moment(600).wall, by="ada"),)
    await before.see(0, DISK)
    run = Run(before.book, Incidents.load(before.book.shelf.incidents.values(), (), ()))
    await run.see(700, Tick(SELF_HOME, NEVER))
    assert run.book.journal[1:] == ["commit ", "wake desk, quiet"]
    assert run.book.looks == []


async def test_other_settings_are_a_reason_to_look_again() -> None:
    """What was held back by the rate, the night or a channel's wait may be told under the new ones."""
    slow = Channel(name="desk", url=URL, after=Delay(1800 * SECOND))
    run = Run()
    run.settings = Settings(homes=(HOME,), channels=(slow,))
    await run.see(0, DISK)
    assert run.engine.next_wake() == (SELF_HOME, moment(1800).awake)
    run.settings = SETTINGS
    await run.see(10, Tick(SELF_HOME, NEVER))
    assert run.book.journal[1:] == ["commit ", "wake desk"]


async def test_a_reminder_that_nobody_got_is_not_remembered() -> None:
    """What the transaction counted is what counts."""
    run = await (await Run().serving(row())).see(10, ENDED, LEFT)
    run.book.shelf.silences = (Silence("s1", moment(20_000).wall, by="ada"),)
    await run.see(14_500, TICK)
    assert run.book.journal[2:] == ["commit daemon.crashed reminded, daemon.crashed silenced", "wake desk, quiet"]
    assert run.engine.open[HOME, "daemon"].reminders == 0


async def test_what_is_over_knows_its_number_too() -> None:
    """A trouble that ends and comes back goes on counting."""
    run = await Run().see(0, DISK)
    await run.see(1, replace(DISK, trouble=None))
    await run.see(2, DISK)
    assert list(run.book.shelf.rows) == [(f"i1.{number}", name) for number in (1, 2, 3) for name in ("desk", "quiet")]


async def test_a_forgotten_home_is_withdrawn_and_waits_for_nothing() -> None:
    """Its open incidents are resolved as withdrawn, it asks for nothing, and it does not wake anybody any more."""
    run = await Run().see(0, DENIED)
    await run.see(5, TICK)
    run.asked = []
    await run.see(6, HomeForgotten(HOME, NEVER))
    assert run.book.journal[-2:] == ["commit watchdog.blind withdrawn", "wake desk, quiet"]
    assert (run.engine.state(HOME), run.engine.next_wake(), run.asked) == (None, None, [])
    assert run.engine.looks(moment(7)) == ()
    assert len(run.book.looks) == 1
    await run.see(8, DENIED)
    assert len(run.book.journal) == 4


async def test_a_home_that_comes_back_begins_anew() -> None:
    """Watched again after it was forgotten."""
    run = await Run().see(0, DENIED)
    await run.see(4, HomeForgotten(HOME, NEVER))
    assert run.book.journal == []
    run.engine.watch(HomeState.new(HOME, moment(5)))
    await run.see(6, DENIED)
    await run.see(10, TICK)
    assert run.book.journal == []
    await run.see(11, TICK)
    assert run.book.journal == ["commit watchdog.blind opened", "wake desk, quiet"]


async def test_looks_of_every_home() -> None:
    """Each home as it is believed to be, for keeping; the watchdog itself is no home."""
    run = await Run().serving()
    (look,) = run.engine.looks(moment(1))
    assert (look.home, look.seen_at, look.daemon.state) == (HOME, moment(1).wall, DaemonState.RUNNING)
    state = run.engine.state(HOME)
    assert state is not None
    assert state.alive is not None


async def test_what_the_rules_said_last() -> None:
    """Known of a home as soon as it was judged, and of none that is not watched."""
    run = Run()
    assert run.engine.judgement(HOME) is None
    await run.see(0, DENIED)
    judgement = run.engine.judgement(HOME)
    assert judgement is not None
    assert Kind.WATCHDOG_BLIND in {verdict.kind for verdict in judgement.verdicts if verdict.present}
    await run.see(1, HomeForgotten(HOME, NEVER))
    assert run.engine.judgement(HOME) is None


async def test_what_is_open_is_remembered_from_the_run_before() -> None:
    """A crash of the run before, clear at the first look, ends under its own id."""
    before = await (await Run().serving()).see(10, ENDED, LEFT)
    stored = before.book.shelf.incidents.values()
    run = Run(before.book, Incidents.load(stored, (), ()))
    await run.serving()
    await run.see(1, FILES, Asked(HOME, NEVER, Route.HEALTH, Outcome.OK, health=GOOD))
    assert before.book.journal[-2:] == ["commit daemon.crashed resolved", "wake desk, quiet"]
    assert before.book.shelf.incidents["i1"].state is IncidentState.RESOLVED


async def test_a_store_that_takes_nothing_is_an_error() -> None:
    """It is raised, not swallowed."""
    run = Run()
    run.book.broken = True
    with pytest.raises(StoreError, match="no disk"):
        await run.see(0, DISK)


async def test_each_step_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What opens as a warning, what ends as information."""
    with caplog.at_level(logging.INFO, "coven_watchdog.engine"):
        await (await Run().see(0, DISK)).see(1, replace(DISK, trouble=None))

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        (
            "WARNING",
            "opened watchdog.store_damaged i1 self:store: The watchdog cannot record: not recorded: the disk is full",
        ),
        (
            "INFO",
            "resolved watchdog.store_damaged i1 self:store: The watchdog cannot record: not recorded: the disk is full",
        ),
    ]


async def test_the_user_s_own_patterns_hold_for_what_is_written() -> None:
    """What they match is in no incident."""
    run = Run()
    run.settings = replace_struct(SETTINGS, privacy=Privacy(patterns=("ACME-[0-9]+",)))
    await run.serving(row("s1", title="fix ACME-17", project_root="/srv/ACME-2"))
    await run.see(60, DaemonEnded(HOME, NEVER, DAEMON), FILES)
    assert run.book.shelf.rows
    assert "[redacted]" in str(run.book.shelf)
    assert "ACME" not in str(run.book.shelf)
