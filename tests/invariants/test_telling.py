"""What is promised of telling, whatever happens: the whole core on a stage, and hypothesis as the director.

A bounded number of plays is run each time, the same in CI. Thousands by hand, for minutes:
`HYPOTHESIS_PROFILE=long python -m pytest -q --timeout=0 tests/invariants/test_telling.py`.
"""

from dataclasses import replace
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bounded import PROFILE
from coven_watchdog.model.incidents import Ack, Verdict
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import Found, Kind, NotificationState
from coven_watchdog.settings import Alerts, Channel, Delay, QuietHours, Secret, Settings
from decide.verdicts import AWAKE, CRITICAL, INFO, OFF, WARNING, bad, well
from invariants import laws
from invariants.stage import BERLIN, Stage

URL = Secret("json://x")
DESK = Channel(name="desk", url=Secret("desktop://"))
_CHANNELS = (
    DESK,
    Channel(name="all", url=URL, min_severity=INFO),
    Channel(name="quiet", url=URL, min_severity=CRITICAL),
    Channel(name="pager", url=URL, min_severity=CRITICAL, after=Delay(10 * MINUTE)),
    Channel(name="scarce", url=URL, max_per_hour=2),
    Channel(name="sessions", url=URL, kinds=("session.*", "store.*"), max_per_hour=6),
    Channel(name="also", url=URL, min_severity=CRITICAL, also=("session.failed", "daemon.stopped")),
    Channel(name="elsewhere", url=URL, homes=("other",)),
)
CHANNELS = {one.name: one for one in _CHANNELS}
DAEMON = tuple(kind for kind in Kind if kind.startswith("daemon.") and kind is not Kind.DAEMON_RESTARTED)
HOMES = (Kind.HOME_MISSING, Kind.HOME_INSECURE)
FAILING = bad(Kind.WATCHDOG_CHANNEL_FAILING, subject="channel:all")
_STATES = (
    *(bad(Kind.DAEMON_CRASHED, severity) for severity in (INFO, WARNING, CRITICAL)),
    *(bad(Kind.DAEMON_STOPPED, severity) for severity in (INFO, WARNING, OFF)),
    *(bad(Kind.DAEMON_UNRESPONSIVE, severity) for severity in (WARNING, CRITICAL)),
    *(bad(kind) for kind in (Kind.DAEMON_UNHEALTHY, Kind.DAEMON_INCOMPATIBLE, Kind.DAEMON_IMPOSTOR, Kind.DAEMON_SOCKET_LOST)),
    well(*DAEMON),
    well(*DAEMON),
    *(bad(Kind.STORE_BROKEN, severity) for severity in (INFO, WARNING, CRITICAL)),
    well(Kind.STORE_BROKEN, subject="store"),
    *(bad(kind) for kind in HOMES),
    well(*HOMES, subject="home"),
    bad(Kind.WATCHDOG_BLIND),
    well(Kind.WATCHDOG_BLIND, subject="self:sight"),
    FAILING,
    well(Kind.WATCHDOG_CHANNEL_FAILING, subject="channel:all"),
)
SUBJECTS = sorted({one.subject for one in _STATES})
_EVENTS = (
    bad(Kind.SESSION_FAILED),
    bad(Kind.SESSION_FAILED, CRITICAL),
    bad(Kind.SESSION_FINISHED),
    bad(Kind.SESSION_KILLED),
    replace(bad(Kind.DAEMON_RESTARTED), subject="daemon"),
    replace(bad(Kind.DAEMON_RESTARTED, WARNING), subject="daemon"),
)


def _named(verdicts: tuple[Verdict, ...]) -> dict[str, Verdict]:
    """By short names, so that a counterexample can be read."""
    return {f"{one.kind} {one.severity}" if one.present else f"{one.subject} is well": one for one in verdicts}


STATES, EVENTS = _named(_STATES), _named(_EVENTS)
NIGHTS = ("", "22:00-07:00", "02:30-03:30", "12:00-13:00")
STARTS = tuple(
    round(datetime(*day, tzinfo=BERLIN).timestamp()) * SECOND
    for day in ((2026, 10, 24, 21, 50), (2026, 3, 29, 0, 30), (2026, 6, 1, 11, 0), (2026, 10, 25, 2, 0))
)
SPANS = (0.3, 1, 6, 20, 61, 300, 620, 960, 3600, 4 * 3600, 12 * 3600)
SILENCES: tuple[dict[str, str], ...] = (
    {},
    {"kind": "daemon.*"},
    {"kind": "store.broken"},
    {"session": "1"},
    {"home": "/other"},
)
SERVICES = (NotificationState.SENT, NotificationState.QUEUED, NotificationState.FAILED, NotificationState.GIVEN_UP, None)
CONFIGURATIONS = st.tuples(
    st.lists(st.sampled_from(list(CHANNELS)), min_size=1, max_size=3, unique=True),
    st.sampled_from(NIGHTS),
    st.sampled_from((True, True, True, False)),
)
Configuration = tuple[list[str], str, bool]
_SETTLED = 30
"""Hours after which every suppression that ends by itself has ended."""


def _settings(configuration: Configuration) -> Settings:
    channels, night, resolved = configuration
    alerts = Alerts(quiet_hours=QuietHours(night), send_resolved=resolved)
    return Settings(channels=tuple(CHANNELS[name] for name in channels), alerts=alerts)


class Telling(RuleBasedStateMachine):
    """Troubles come and go, time passes, people hide things, services fail, clocks are set, and the watchdog is killed."""

    stage: Stage

    @initialize(configuration=CONFIGURATIONS, start=st.sampled_from(STARTS))
    def begins(self, configuration: Configuration, start: int) -> None:
        """A first start."""
        self.number = 0
        self.stage = Stage(_settings(configuration), Instant(start, AWAKE))

    @rule(names=st.lists(st.sampled_from(list(STATES)), min_size=1, max_size=3, unique_by=lambda name: STATES[name].subject))
    def rules_say(self, names: list[str]) -> None:
        """States are seen, or seen to be over."""
        self.stage.see(*(STATES[name] for name in names))

    @rule(subject=st.sampled_from(SUBJECTS))
    def rules_do_not_know(self, subject: str) -> None:
        """Nothing is known of a subject any more."""
        self.stage.lose_sight(subject)

    @rule(
        event=st.sampled_from(list(EVENTS)),
        how_many=st.sampled_from((1, 1, 3, 50)),
        found=st.sampled_from((Found.LIVE, Found.CATCH_UP)),
    )
    def something_happens(self, event: str, how_many: int, found: Found) -> None:
        """Events: sessions end, the daemon was restarted."""
        ends = [self._event(EVENTS[event], found) for _ in range(how_many)]
        self.stage.see(*ends)

    @rule(
        name=st.sampled_from(sorted(name for name, one in STATES.items() if one.present)),
        times=st.integers(2, 6),
        every=st.sampled_from((5, 40, 200)),
    )
    def flaps(self, name: str, times: int, every: int) -> None:
        """To and fro."""
        trouble = STATES[name]
        over = STATES[f"{trouble.subject} is well"]
        for _ in range(times):
            self.stage.see(trouble)
            self.stage.pass_time(every * SECOND)
            self.stage.see(over)
            self.stage.pass_time(SECOND)

    @rule(seconds=st.sampled_from(SPANS))
    def time_passes(self, seconds: float) -> None:
        """Awake."""
        self.stage.pass_time(round(seconds * SECOND))

    @rule(micros=st.sampled_from((-HOUR, HOUR, -HOUR, HOUR, 10 * MINUTE, 8 * HOUR)))
    def clock_is_set(self, micros: int) -> None:
        """By an hour, to and fro; or the machine sleeps."""
        self.stage.set_clock(micros)

    @rule(minutes=st.sampled_from((1, 30, 300)), matchers=st.sampled_from(SILENCES))
    def somebody_silences(self, minutes: int, matchers: dict[str, str]) -> None:
        """What matches."""
        self.number += 1
        until = self.stage.now.wall + minutes * MINUTE
        self.stage.silence(Silence(f"s{self.number}", until, at=self.stage.now.wall, by="ada", **matchers))

    @rule()
    def somebody_ends_silences(self) -> None:
        """Before their time."""
        self.stage.unsilence()

    @precondition(lambda self: self.stage.open_incidents())
    @rule(minutes=st.sampled_from((None, None, 20, 200)))
    def somebody_acknowledges(self, minutes: int | None) -> None:
        """What is open."""
        now = self.stage.now.wall
        self.stage.acknowledge(Ack(now, "ada", until=None if minutes is None else now + minutes * MINUTE))

    @precondition(lambda self: any(one.ack for one in self.stage.open_incidents()))
    @rule()
    def somebody_takes_that_back(self) -> None:
        """All of it."""
        self.stage.acknowledge(None)

    @rule(state=st.sampled_from(SERVICES), which=st.integers(0, 4))
    def a_service_changes(self, state: NotificationState | None, which: int) -> None:
        """It takes messages, or refuses them for now or for good, or nobody tries."""
        channels = self.stage.settings.channels
        self.stage.services[channels[which % len(channels)].name] = state
        self.stage.deliver()

    @rule(configuration=CONFIGURATIONS)
    def somebody_edits_the_configuration(self, configuration: Configuration) -> None:
        """It is read anew."""
        self.stage.reload(_settings(configuration))

    @rule(minutes=st.sampled_from((0, 1, 45)), reboot=st.booleans())
    def the_watchdog_is_killed(self, minutes: int, reboot: bool) -> None:  # noqa: FBT001 - hypothesis calls it
        """And started anew, perhaps later."""
        self.stage.advance_clock(0, minutes * MINUTE)
        self.stage.restart(reboot=reboot)

    @rule()
    def nobody_watches_the_home_any_more(self) -> None:
        """And then somebody does again."""
        self.stage.forget()

    @invariant()
    def nothing_is_owed(self) -> None:
        """What is withheld is told with the first observation after what withheld it."""
        if hasattr(self, "stage"):
            laws.nothing_is_owed(self.stage)

    def teardown(self) -> None:
        """All that is promised of the end, when everything has come to rest."""
        if not hasattr(self, "stage"):
            return

        stage = self.stage
        laws.patient(stage)
        laws.bounded_by_time(stage)
        stage.services = {}
        stage.pass_time(_SETTLED * HOUR)
        while stage.quiet():
            stage.pass_time(HOUR)

        laws.one_beginning_and_one_end(stage)
        laws.ends_follow_what_was_tried(stage)
        laws.the_last_word_is_the_truth(stage)
        stage.connection.close()

    def _event(self, event: Verdict, found: Found) -> Verdict:
        self.number += 1
        subject = event.subject if event.subject == "daemon" else f"session:{self.number}"
        return replace(event, subject=subject, occurrence=str(self.number), found=found, fact_at=self.stage.now.wall)


assert PROFILE
TestTelling = Telling.TestCase
TestTelling.settings = settings(stateful_step_count=30)
