"""Every enum of the program: one home for each word. Members are stored, shown and sent as their value."""

from enum import StrEnum, auto


class Form(StrEnum):
    """A state opens and resolves; an event is noted once."""

    STATE = auto()
    EVENT = auto()


class Severity(StrEnum):
    """How loudly a kind is told. `OFF` is recorded and never told."""

    OFF = auto()
    INFO = auto()
    WARNING = auto()
    CRITICAL = auto()

    @property
    def rank(self) -> int:
        """0 (`OFF`) to 3 (`CRITICAL`), for comparing."""
        return _SEVERITIES.index(self)


_SEVERITIES = tuple(Severity)


class Kind(StrEnum):
    """What can be wrong: dotted names of the catalogue, in catalogue order (worst story first within a family)."""

    DAEMON_IMPOSTOR = "daemon.impostor"
    DAEMON_DUPLICATE = "daemon.duplicate"
    DAEMON_RESTART_LOOP = "daemon.restart_loop"
    DAEMON_CRASHED = "daemon.crashed"
    DAEMON_START_FAILED = "daemon.start_failed"
    DAEMON_SOCKET_LOST = "daemon.socket_lost"
    DAEMON_UNRESPONSIVE = "daemon.unresponsive"
    DAEMON_UNHEALTHY = "daemon.unhealthy"
    DAEMON_STOPPED = "daemon.stopped"
    DAEMON_INCOMPATIBLE = "daemon.incompatible"
    DAEMON_RECORD_INVALID = "daemon.record_invalid"
    DAEMON_OUTDATED = "daemon.outdated"
    DAEMON_RESTARTED = "daemon.restarted"
    HOME_MISSING = "home.missing"
    HOME_INSECURE = "home.insecure"
    SOCKET_INSECURE = "socket.insecure"
    STORE_BROKEN = "store.broken"
    STORE_LOW_DISK = "store.low_disk"
    STORE_DEGRADED = "store.degraded"
    EVENT_WRITER_FAILED = "event_writer.failed"
    EVENT_WRITER_PRESSURED = "event_writer.pressured"
    CAPABILITY_MISSING = "capability.missing"
    HARNESS_MISSING = "harness.missing"
    SESSION_CRASHED = "session.crashed"
    SESSION_FAILED = "session.failed"
    SESSION_LAUNCH_FAILED = "session.launch_failed"
    SESSION_ORPHANED = "session.orphaned"
    SESSION_GHOST = "session.ghost"
    SESSION_SURVIVOR = "session.survivor"
    SESSION_STALLED = "session.stalled"
    SESSION_WAITING = "session.waiting"
    SESSION_STUCK = "session.stuck"
    SESSION_KILLED = "session.killed"
    SESSION_FINISHED = "session.finished"
    WATCHDOG_STORE_DAMAGED = "watchdog.store_damaged"
    WATCHDOG_BLIND = "watchdog.blind"
    WATCHDOG_CHANNEL_FAILING = "watchdog.channel_failing"
    WATCHDOG_CONFIG_INVALID = "watchdog.config_invalid"
    WATCHDOG_SOURCE_FAILED = "watchdog.source_failed"
    WATCHDOG_RULE_FAILED = "watchdog.rule_failed"


class Basis(StrEnum):
    """What a witness rests on: Coven's published contract, or an internal that may change with any version."""

    CONTRACT = auto()
    INTERNAL = auto()


class Reason(StrEnum):
    """Why something was told."""

    FIRST = auto()
    CHANGED = auto()
    REMINDER = auto()
    RESOLVED = auto()
    LATE = auto()
    UNSTABLE = auto()
    BASELINE = auto()
    CATCH_UP = auto()
    HELD_MORE = auto()
    HIDDEN = auto()
    DIGEST = auto()
    TEST = auto()


class Suppression(StrEnum):
    """Why something was not told."""

    SILENCED = auto()
    ACKNOWLEDGED = auto()
    QUIET_HOURS = auto()
    INHIBITED = auto()
    BELOW_SEVERITY = auto()
    NOT_ROUTED = auto()
    RATE_LIMITED = auto()
    WAITING_AFTER = auto()
    OFF = auto()
    WITHDRAWN = auto()
    RESOLVED_MEANWHILE = auto()
    RESOLVED_OFF = auto()
    TOO_OLD = auto()
    MILDER = auto()
    UNSTABLE = auto()
    NOTHING_TO_SAY = auto()
    """Of a digest."""


class Transition(StrEnum):
    """A step in the life of an incident."""

    OPENED = auto()
    NOTED = auto()
    CHANGED = auto()
    LEARNED = auto()
    REMINDED = auto()
    REOPENED = auto()
    BECAME_UNSTABLE = auto()
    CALMED = auto()
    ACKNOWLEDGED = auto()
    UNACKNOWLEDGED = auto()
    SILENCED = auto()
    RESOLVED = auto()
    WITHDRAWN = auto()


class IncidentState(StrEnum):
    """Where an incident is. Pending ones live in memory only."""

    PENDING = auto()
    OPEN = auto()
    RESOLVED = auto()
    NOTED = auto()


class Found(StrEnum):
    """How a fact came to be known: while watching, or afterwards."""

    LIVE = auto()
    CATCH_UP = auto()
    BASELINE = auto()


class NotificationState(StrEnum):
    """Where a message is in its outbox."""

    QUEUED = auto()
    SENT = auto()
    FAILED = auto()
    GIVEN_UP = auto()
    WITHHELD = auto()


class AttemptOutcome(StrEnum):
    """What one try to deliver came to."""

    ACCEPTED = auto()
    TEMPORARY = auto()
    PERMANENT = auto()
    TIMED_OUT = auto()


class ChannelState(StrEnum):
    """What is known about a channel's ability to deliver."""

    OK = auto()
    FAILING = auto()
    UNPROVEN = auto()
    OFF = auto()


class DaemonState(StrEnum):
    """The daemon in one word, as `status` and `check` show it."""

    RUNNING = auto()
    STOPPED = auto()
    CRASHED = auto()
    UNRESPONSIVE = auto()
    SOCKET_LOST = auto()
    UNHEALTHY = auto()
    INCOMPATIBLE = auto()
    ABSENT = auto()
    UNKNOWN = auto()


class CheckStatus(StrEnum):
    """The monitoring-plugin words, with their exit codes in `exit_code`."""

    OK = auto()
    WARNING = auto()
    CRITICAL = auto()
    UNKNOWN = auto()

    @property
    def exit_code(self) -> int:
        """0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
        return _CHECK_STATUSES.index(self)


_CHECK_STATUSES = tuple(CheckStatus)


class Masked(StrEnum):
    """What was taken out of a text, and is counted in a bundle."""

    PRIVATE_KEY = auto()
    TOKEN = auto()
    NAMED_VALUE = auto()
    HEADER = auto()
    URL_LOGIN = auto()
    CONFIGURED = auto()
    PATTERN = auto()
    EMAIL = auto()
    HOME = auto()
    USER = auto()
    HOST = auto()
    PROJECT = auto()
    ADDRESS = auto()


class Topic(StrEnum):
    """What `doctor` examines, in the order in which it says so: first a home, then the watchdog itself."""

    HOME = auto()
    DAEMON = auto()
    SOCKET = auto()
    HEALTH = auto()
    API = auto()
    CAPABILITIES = auto()
    STORE = auto()
    EVENT_WRITER = auto()
    SESSIONS = auto()
    HARNESSES = auto()
    LOG = auto()
    SERVICE = auto()
    CONFIGURATION = auto()
    CHANNELS = auto()
    RECORDS = auto()
    SIGHT = auto()


class Answer(StrEnum):
    """What `doctor` answers to a question: `UNKNOWN` is what cannot be known from outside."""

    YES = auto()
    NO = auto()
    UNKNOWN = auto()


class Effect(StrEnum):
    """What a suggested command does to Coven."""

    READS = auto()
    MENDS = auto()
    STARTS = auto()
    ENDS_SESSIONS = auto()
    DESTROYS_EVIDENCE = auto()


class Expect(StrEnum):
    """Whether a cleanly stopped daemon is a problem."""

    AUTO = auto()
    RUNNING = auto()


class Titles(StrEnum):
    """Which channels may show session titles."""

    DESKTOP = auto()
    ALL = auto()
    NONE = auto()


class Priority(StrEnum):
    """How urgent a message is, independent of the service it goes to."""

    LOW = auto()
    DEFAULT = auto()
    URGENT = auto()


class PriorityRule(StrEnum):
    """What a channel wants of priorities: one for all of its messages, or (`AUTO`) what each message deserves."""

    AUTO = auto()
    LOW = auto()
    DEFAULT = auto()
    URGENT = auto()


class Tone(StrEnum):
    """The colour of a message; maps one to one to Apprise's notify types."""

    FAILURE = auto()
    WARNING = auto()
    INFO = auto()
    SUCCESS = auto()


class Route(StrEnum):
    """The reading routes of Coven that are asked."""

    HEALTH = auto()
    SESSIONS = auto()
    SESSION = auto()
    EVENTS = auto()


class Outcome(StrEnum):
    """What one request to Coven came to."""

    OK = auto()
    NO_SOCKET = auto()
    REFUSED = auto()
    TIMED_OUT = auto()
    RESET = auto()
    NOT_CONTRACT = auto()
    HTTP_ERROR = auto()
    UNTRUSTED = auto()
    FORBIDDEN = auto()


class FileType(StrEnum):
    """What a path is, as lstat says."""

    DIRECTORY = auto()
    SOCKET = auto()
    REGULAR = auto()
    SYMLINK = auto()
    OTHER = auto()


class StartPhase(StrEnum):
    """How far the start of a daemon came: what it was about to do, or that it serves."""

    LOCK = auto()
    STORE = auto()
    BIND = auto()
    SERVING = auto()


class Comeback(StrEnum):
    """Why another daemon serves than before."""

    CRASH = auto()
    UPGRADE = auto()
    MANUAL = auto()
    REBOOT = auto()
    UNKNOWN = auto()


class ProcessState(StrEnum):
    """A process in one word. `ENDED` covers zombies: they run no more."""

    ALIVE = auto()
    STOPPED = auto()
    ENDED = auto()


class Holder(StrEnum):
    """Who a recorded pid belongs to."""

    DAEMON = auto()
    ZOMBIE = auto()
    STRANGER = auto()
    NOBODY = auto()
    UNKNOWN = auto()


class ExitWatch(StrEnum):
    """How the end of a process is noticed."""

    PIDFD = auto()
    KQUEUE = auto()
    POLL = auto()


class SessionStatus(StrEnum):
    """Coven's own words for a session (seen on 0.4.6). Rows keep any other word as it stands."""

    CREATED = auto()
    RUNNING = auto()
    ACTIVE = auto()
    IDLE = auto()
    COMPLETED = auto()
    FAILED = auto()
    KILLED = auto()
    ORPHANED = auto()


LIVE_STATUSES = frozenset({SessionStatus.CREATED, SessionStatus.RUNNING, SessionStatus.ACTIVE})
ENDED_STATUSES = frozenset(SessionStatus) - LIVE_STATUSES


class Owner(StrEnum):
    """Which process runs a session's harness."""

    DAEMON = auto()
    COVEN_RUN = auto()
    UNKNOWN = auto()


class Look(StrEnum):
    """A question of the core; the answer comes back as an observation."""

    FILES = auto()
    DAEMON = auto()
    HEALTH = auto()
    SESSIONS = auto()
    SESSION = auto()
    EVENTS = auto()
    HARNESS = auto()
    OUTPUT = auto()
    SCENE = auto()
    LOG = auto()
    PROGRAMS = auto()
    ADAPTERS = auto()
    TAIL = auto()


class Sign(StrEnum):
    """What the watchdog tells a heartbeat service about itself; the value is what the address ends with."""

    START = auto()
    SUCCESS = auto()
    FAIL = auto()


class Dialect(StrEnum):
    """How a service reads text: what must be broken so that hostile text stays text."""

    PLAIN = auto()
    HTML = auto()
    MARKDOWN = auto()
    DISCORD = auto()
    SLACK = auto()
    TELEGRAM = auto()


class LogFormat(StrEnum):
    """How `run` writes its log."""

    TEXT = auto()
    JSON = auto()


class ManagerName(StrEnum):
    """What starts the service, and starts it again."""

    SYSTEMD = auto()
    LAUNCHD = auto()


class ServiceCondition(StrEnum):
    """How the service stands with its manager."""

    NOT_INSTALLED = auto()
    STOPPED = auto()
    STARTING = auto()
    RUNNING = auto()
    STOPPING = auto()
    WAITING = auto()
    """It failed, and is started again in a moment."""
    FAILED = auto()
    """It failed, and is not started again."""
    UNKNOWN = auto()


class Change(StrEnum):
    """What installing the service did to its file."""

    INSTALLED = auto()
    UPDATED = auto()
    UNCHANGED = auto()


class Packaging(StrEnum):
    """How the program came onto this machine."""

    PIPX = auto()
    UV_TOOL = auto()
    EDITABLE = auto()
    VENV = auto()
    SYSTEM = auto()
    PASSING = auto()
    """A throw-away environment (`uvx`, `uv run --with`, `pipx run`), which may be gone tomorrow."""


class Shade(StrEnum):
    """How a piece of text stands out on a terminal; what it says never depends on it."""

    PLAIN = auto()
    STRONG = auto()
    DIM = auto()
    GOOD = auto()
    WARN = auto()
    BAD = auto()
    COMMAND = auto()
