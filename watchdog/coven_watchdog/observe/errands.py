"""Requests of other sources and looks of the core come in; the sessions source takes them, each once however often it came."""

from dataclasses import dataclass, field

from coven_watchdog.observe.nudge import Nudge

_CROWD = 8


@dataclass(slots=True)
class Errands:
    """What the sessions source has been asked to do."""

    nudge: Nudge = field(default_factory=Nudge)
    walked: bool = False
    """A new daemon, or the end of a blind window: every row must be seen again."""
    listed: bool = False
    """A look wants the listing, changed or not."""
    hinted: bool = False
    """The ledger has been written to."""
    ended: dict[str, None] = field(default_factory=dict)
    """Sessions whose process has just ended."""
    rows: dict[str, None] = field(default_factory=dict)
    """Rows that a look wants by id."""
    events: dict[str, None] = field(default_factory=dict)
    """Sessions of which a look wants to know whether they ever wrote an event."""
    outputs: dict[str, None] = field(default_factory=dict)
    """Sessions of which a look wants to know when they wrote their newest event."""
    runners: dict[str, None] = field(default_factory=dict)
    """Sessions whose `coven run` is over: their row is now how they ended."""

    @property
    def urgent(self) -> bool:
        """A listing is wanted at once."""
        return self.walked or self.listed or bool(self.ended)

    def walk(self) -> None:
        """See every row again."""
        self.walked = True
        self.nudge.poke()

    def list(self) -> None:
        """List, and tell the result in any case."""
        self.listed = True
        self.nudge.poke()

    def hint(self) -> None:
        """List soon: something was recorded."""
        self.hinted = True
        self.nudge.poke()

    def end(self, session: str) -> None:
        """List now, and again until the row of this session has followed its process."""
        self.ended[session] = None
        self.nudge.poke()

    def row(self, session: str) -> None:
        """Ask for one row."""
        self.rows[session] = None
        self.nudge.poke()

    def event(self, session: str) -> None:
        """Ask whether a session ever wrote an event. Of a crowd that ends at once the first few are asked for: the ledger is read, too."""
        if len(self.events) < _CROWD:
            self.events[session] = None
            self.nudge.poke()

    def output(self, session: str) -> None:
        """Ask when a session wrote its newest event."""
        self.outputs[session] = None
        self.nudge.poke()

    def runner(self, session: str) -> None:
        """Ask for the row, then tell that its `coven run` is over."""
        self.runners[session] = None
        self.nudge.poke()
