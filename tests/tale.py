"""A home's life in short: observations at seconds, folded; then what the rules make of it. Pure, for the tests of the core."""

from dataclasses import replace
from typing import Any, Self

from coven_watchdog.judge import judge
from coven_watchdog.model.facts import (
    Asked,
    DaemonEnded,
    DaemonSeen,
    EventsSeen,
    ExitLearned,
    ExitStatus,
    FileFact,
    FilesSeen,
    HarnessEnded,
    HarnessSeen,
    Health,
    Identity,
    LockSeen,
    Observation,
    ProcessSeen,
    Record,
    SessionRow,
    SessionsListed,
    Tick,
)
from coven_watchdog.model.incidents import Judgement, Verdict
from coven_watchdog.model.looks import DaemonLook, HomeLook
from coven_watchdog.model.programs import AdaptersSeen, Program, ProgramsSeen
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import DaemonState, FileType, Holder, Look, Outcome, Owner, ProcessState, Route
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState, fold

HOME = "/home/ada/.coven"
WALL = 1_795_000_000 * SECOND
AWAKE = 500 * SECOND
BOOTED = WALL - 3600 * SECOND
BOOT = "boot-one"

DAEMON = Identity(100, 7)
NEXT = Identity(200, 9)
DIRECTORY = FileFact(FileType.DIRECTORY, 1000, 0o700, 1, 1, 0, 0)
SOCKET = FileFact(FileType.SOCKET, 1000, 0o600, 1, 2, WALL * 1000, 0)
GOOD = Health(ok=True, api_version="coven.daemon.v1", coven_version="0.4.6", capabilities={"sessions": True, "events": True})


def moment(seconds: float) -> Instant:
    """So many seconds after the tale began."""
    return Instant(WALL + round(seconds * SECOND), AWAKE + round(seconds * SECOND))


def row(
    name: str = "s1",
    status: str = "running",
    *,
    began: float = -60,
    ended: float | None = None,
    **more: Any,  # noqa: ANN401 - any field of a row
) -> SessionRow:
    """A session's row; `began` and `ended` in seconds of the tale."""
    changed = moment(began if ended is None else ended).wall
    base = SessionRow(name, f"/srv/{name}-project", "codex", "a title", status, None, moment(began).wall, changed)
    return replace(base, **more)


def looked(
    state: DaemonState = DaemonState.RUNNING,
    *,
    boot: str = BOOT,
    live: tuple[SessionRow, ...] = (),
    identity: Identity | None = DAEMON,
    version: str | None = "0.4.5",
) -> HomeLook:
    """What the run before wrote down 30 s before the tale begins."""
    daemon = DaemonLook(state, identity, identity.pid if identity else None, coven_version=version)
    return HomeLook(HOME, "", moment(-30).wall, boot, existed=True, daemon=daemon, live=live)


class Tale:
    """Tell what was seen, in order; ask what it means."""

    def __init__(self, settings: Settings | None = None, remembered: HomeLook | None = None, boot: str = BOOT) -> None:
        self.settings = settings or Settings(homes=(HOME,))
        self.now = moment(0)
        self.state = HomeState.new(HOME, self.now, booted=BOOTED, boot=boot, remembered=remembered)

    def see(self, seconds: float, observation: Observation) -> Self:
        """Fold one observation, made at that second."""
        self.now = moment(seconds)
        self.state = fold(self.state, replace(observation, home=HOME, at=self.now))
        return self

    def wait(self, seconds: float) -> Self:
        """Nothing but time."""
        return self.see(seconds, Tick(HOME, self.now))

    def files(self, seconds: float, **facts: Any) -> Self:  # noqa: ANN401 - any field of the look
        """A look at the files; by default a home in order, whose record names the daemon."""
        seen: dict[str, Any] = {
            "directory": DIRECTORY,
            "socket": SOCKET,
            "record": Record(DAEMON.pid, "x", "y"),
            "record_holder": Holder.DAEMON,
            "record_mtime": WALL,
        }
        return self.see(seconds, FilesSeen(HOME, self.now, **(seen | facts)))

    def no_files(self, seconds: float) -> Self:
        """What a clean stop leaves behind."""
        return self.files(seconds, socket=None, record=None, record_holder=Holder.UNKNOWN, record_mtime=None)

    def lock(self, seconds: float, *owners: Identity, knowable: bool = True) -> Self:
        """Who holds daemon-serve.lock."""
        return self.see(seconds, LockSeen(HOME, self.now, owners, knowable))

    def daemon(self, seconds: float, identity: Identity = DAEMON, *, age: float = 60) -> Self:
        """The daemon was identified; it was started `age` seconds before."""
        self.lock(seconds, identity)
        self.programs(seconds, identity=identity).adapters(seconds, identity=identity)
        return self.see(seconds, DaemonSeen(HOME, self.now, identity, "coven", moment(seconds - age).wall))

    def programs(self, seconds: float, *programs: Program, identity: Identity = DAEMON) -> Self:
        """What the daemon's PATH gives; by default it cannot be read."""
        return self.see(seconds, ProgramsSeen(HOME, self.now, identity, programs))

    def adapters(self, seconds: float, *names: str, identity: Identity = DAEMON) -> Self:
        """What the daemon's adapters offer; by default it does not say."""
        return self.see(seconds, AdaptersSeen(HOME, self.now, identity, names or None))

    def process(self, seconds: float, state: ProcessState = ProcessState.ALIVE, identity: Identity = DAEMON) -> Self:
        """Its process was looked at."""
        return self.see(seconds, ProcessSeen(HOME, self.now, identity, state))

    def health(self, seconds: float, outcome: Outcome = Outcome.OK, health: Health | None = GOOD, **more: Any) -> Self:  # noqa: ANN401 - any field of the answer
        """A health request came to its end."""
        answer = health if outcome is Outcome.OK else None
        return self.see(seconds, Asked(HOME, self.now, Route.HEALTH, outcome, health=answer, **more))

    def listed(self, seconds: float, *rows: SessionRow, complete: bool = True, identity: Identity | None = None) -> Self:
        """A session listing."""
        return self.see(seconds, SessionsListed(HOME, self.now, rows, complete, identity))

    def listing_failed(self, seconds: float, outcome: Outcome = Outcome.HTTP_ERROR) -> Self:
        """A session listing that gave nothing."""
        return self.see(seconds, Asked(HOME, self.now, Route.SESSIONS, outcome))

    def harness(self, seconds: float, name: str, pid: int, owner: Owner = Owner.DAEMON, *, terminal: bool = False) -> Self:
        """The process behind a session was found."""
        return self.see(seconds, HarnessSeen(HOME, self.now, name, Identity(pid, 1), owner, terminal))

    def harness_ended(self, seconds: float, name: str, pid: int, exit_: ExitStatus | None = None) -> Self:
        """The process behind a session ended."""
        return self.see(seconds, HarnessEnded(HOME, self.now, name, Identity(pid, 1), exit_))

    def exit_read(self, seconds: float, name: str = "s1") -> Self:
        """The newest event of an ended session was read: its exit, of the time of the row's end, as the daemon writes both."""
        at = self.state.endings[name].row.updated_at
        return self.see(seconds, EventsSeen(HOME, self.now, name, any=True, exit_at=at))

    def ended(self, seconds: float, exit_: ExitStatus | None = None, identity: Identity = DAEMON) -> Self:
        """The daemon's process is gone."""
        return self.see(seconds, DaemonEnded(HOME, self.now, identity, exit_))

    def learned(self, seconds: float, exit_: ExitStatus, identity: Identity = DAEMON) -> Self:
        """The kernel's word on a daemon's end."""
        return self.see(seconds, ExitLearned(HOME, self.now, identity, exit_))

    def served(self, seconds: float, *rows: SessionRow) -> Self:
        """A daemon that runs well and was listed."""
        return self.files(seconds).daemon(seconds).process(seconds).health(seconds).listed(seconds, *rows)

    @property
    def judgement(self) -> Judgement:
        """What the rules say now."""
        return judge(self.state, self.settings, self.now)

    @property
    def presents(self) -> tuple[str, ...]:
        """The kinds that are present, in the order of the rules."""
        return tuple(verdict.kind.value for verdict in self.judgement.verdicts if verdict.present)

    @property
    def clears(self) -> frozenset[str]:
        """The kinds that are clear, without those about rules."""
        return frozenset(kind.value for verdict in self.judgement.verdicts for kind in verdict.clears) - {
            "watchdog.rule_failed"
        }

    @property
    def looks(self) -> tuple[Look, ...]:
        """What the rules want to be looked at."""
        return tuple(request.look for request in self.judgement.looks)

    def verdict(self, kind: str) -> Verdict:
        """The verdict that this kind is present."""
        (found,) = [verdict for verdict in self.judgement.verdicts if verdict.present and verdict.kind.value == kind]
        return found
