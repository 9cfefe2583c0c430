"""The parts of one run, made and wired in the order in which they need each other. What runs them is the supervisor."""

import os
import random
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from coven_watchdog import __version__, clock
from coven_watchdog.coven.paths import default_home
from coven_watchdog.daemon.audience import Audience
from coven_watchdog.daemon.beating import Beating
from coven_watchdog.daemon.chores import Chores
from coven_watchdog.daemon.configuration import Configuration
from coven_watchdog.daemon.digests import Digests
from coven_watchdog.daemon.herald import Herald
from coven_watchdog.daemon.homes import Homes, HomesPorts, Machine
from coven_watchdog.daemon.intake import Intake
from coven_watchdog.daemon.journal import CRITICAL, STDERR, to_journal
from coven_watchdog.daemon.keeper import Keeper
from coven_watchdog.daemon.liveness import Liveness
from coven_watchdog.daemon.loops import EveryLoop
from coven_watchdog.daemon.names import names
from coven_watchdog.daemon.notify import Notifier
from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.daemon.pulse import Pulse
from coven_watchdog.daemon.reloading import InForce, Reloading
from coven_watchdog.daemon.replaced import Replaced
from coven_watchdog.decide.memory import Incidents
from coven_watchdog.decide.render import Page, render
from coven_watchdog.decide.words import Place
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.heartbeat import Heartbeat
from coven_watchdog.deliver.outbox import Outbox
from coven_watchdog.engine import Engine, Ports
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.telling import Message
from coven_watchdog.model.time import Instant
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.settings import Channel, Settings
from coven_watchdog.state import HomeState
from coven_watchdog.store import Claim, Memory, Store

_SOURCE = "self:source."


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is there before anything runs: the machine, the configuration, how `run` was called."""

    configuration: Configuration
    environ: Mapping[str, str]
    machine: Machine
    place: Place
    notifier: Notifier
    beating: Beating
    once: bool

    @classmethod
    def of(cls, options: RunOptions, configuration: Configuration) -> "Surroundings":
        """Read it. Blocking."""
        environ = options.environ
        machine = Machine(os.getuid(), clock.boot_id(), clock.booted())
        host = socket.gethostname().partition(".")[0]
        place = Place(host, None, str(default_home(environ)), environ.get("HOME", ""))
        beating = Beating(Heartbeat(), configuration.settings)
        return cls(configuration, environ, machine, place, Notifier(environ), beating, options.once)


@dataclass(frozen=True, slots=True)
class Resources:
    """What is opened before the parts are made, and closed after their end. `hangup` is poked at each SIGHUP."""

    store: Store
    memory: Memory
    pool: CourierPool
    intake: Intake
    hangup: Nudge


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that runs."""

    configuration: Configuration
    store: Store
    memory: Memory
    intake: Intake
    outbox: Outbox
    homes: Homes
    engine: Engine
    keeper: Keeper
    chores: Chores
    audience: Audience
    digests: Digests
    reloading: Reloading
    replaced: Replaced
    bell: Pulse
    """Of the loop that looks at files."""
    herald: Herald
    liveness: Liveness


def assembled(here: Surroundings, opened: Resources) -> Parts:
    """Make the parts; nothing runs yet."""
    settings, store, intake = here.configuration.settings, opened.store, opened.intake
    outbox = _outbox(here, opened)
    homes = _homes(here, opened, lambda state: engine.watch(state))  # noqa: PLW0108 - the engine, which asks the homes, is made next
    engine = _engine(here, opened, homes, outbox)
    herald = Herald(here.notifier, store, engine, here.place)
    keeper = Keeper(store, engine, outbox, here.configuration, herald, boot=here.machine.boot)
    audience = Audience(opened.pool, settings, keeper.note)
    digests = Digests(store, settings, outbox.wake)
    chores = Chores(store, keeper, outbox, settings, intake.emit)
    in_force = InForce(store, keeper, outbox, homes, audience, digests, here.beating, here.notifier, intake.emit)
    reloading = Reloading(here.configuration, in_force, opened.hangup)
    replaced, bell = Replaced(opened.pool), Pulse()
    own = {
        "engine": intake.pulse,
        "deadlines": intake.deadlines,
        "chores": chores.pulse,
        "last looks": keeper.pulse,
        "audience": audience.pulse,
        "digests": digests.pulse,
        "reload": reloading.pulse,
        "doorbell": bell,
        "installation": replaced.pulse,
        "heartbeat": here.beating.pulse,
    }
    return Parts(
        configuration=here.configuration,
        store=store,
        memory=opened.memory,
        intake=intake,
        outbox=outbox,
        homes=homes,
        engine=engine,
        keeper=keeper,
        chores=chores,
        audience=audience,
        digests=digests,
        reloading=reloading,
        replaced=replaced,
        bell=bell,
        herald=herald,
        liveness=_liveness(here, EveryLoop(homes, outbox, settings, own)),
    )


def _liveness(here: Surroundings, loops: EveryLoop) -> Liveness:
    """What hangs says so to the outside as well."""
    return Liveness(
        loops,
        here.notifier,
        lambda: here.beating.hangs(f"coven-watchdog {__version__} hung and ended itself; its log has the stacks\n"),
        prefix=f"<{CRITICAL}>" if to_journal(here.environ, STDERR) else "",
    )


def _outbox(here: Surroundings, opened: Resources) -> Outbox:
    def written(claim: Claim, channel: Channel, settings: Settings, now: Instant) -> Message:
        condition = opened.store.condition
        place = replace(here.place, host=settings.name or here.place.host)
        note = "" if condition.recorded else f"Not recorded: {condition.why}."
        return render(Page(claim.notification, claim.members, channel, settings, now, place, claim.digest, claim.kinds), note)

    outbox = Outbox(
        opened.store,
        opened.pool,
        settings=here.configuration.settings,
        now=clock.now,
        render=written,
        report=opened.intake.emit,
        draw=random.SystemRandom().random,
    )
    topics = [incident.subject for incident in opened.memory.open if incident.home == SELF_HOME]
    outbox.remember(topics, opened.memory.channels)
    return outbox


def _homes(here: Surroundings, opened: Resources, adopt: Callable[[HomeState], None]) -> Homes:
    failed = [
        (incident.home, incident.subject.removeprefix(_SOURCE))
        for incident in opened.memory.open
        if incident.subject.startswith(_SOURCE)
    ]
    ports = HomesPorts(opened.intake.emit, opened.intake.see_to, adopt)
    return Homes(here.configuration.settings, clock.now, here.machine, ports, failed=failed, brief=here.once)


def _engine(here: Surroundings, opened: Resources, homes: Homes, outbox: Outbox) -> Engine:
    memory, boot = opened.memory, here.machine.boot
    ids = names(opened.store.taken_ids, secrets.choice)
    ports = Ports(here.configuration.settings, homes.ask, outbox.wake, ids, patient=not here.once)
    engine = Engine(opened.store, ports, Incidents.load(memory.open, memory.recent, memory.noted), boot)
    engine.watch(HomeState.new(SELF_HOME, clock.now(), boot=boot))
    return engine
