"""What is due and what was told: compared by kind and incident, so that a message too many is seen like one too few."""

from collections import Counter
from dataclasses import dataclass, field

from rigs.inbox import Inbox
from rigs.program import Program

_RECORDED = "SELECT id, subject, kind, state = 'resolved' FROM incident WHERE state <> 'pending' ORDER BY opened_at"
_SENT = """
    SELECT m.incident, n.id FROM notification n
    JOIN notification_incident m ON m.notification = n.id AND m.channel = n.channel
    WHERE n.state = 'sent' ORDER BY n.seq
"""


@dataclass(frozen=True)
class Due:
    """One incident that has to be there.

    `kinds`: any of them. `told`: in exactly one message, and in one more when it is over; else it is recorded and told nobody.
    `must`: False when it may be there.
    """

    subject: str
    kinds: frozenset[str]
    told: bool = True
    must: bool = True

    @classmethod
    def session(cls, session: str, *kinds: str, told: bool = True, must: bool = True) -> "Due":
        """One about a session, by its full id."""
        return cls(f"session:{session}", frozenset(kinds), told, must)


@dataclass
class Compared:
    """What does not fit, in words; all empty when everything does."""

    strangers: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)

    @property
    def alarms(self) -> list[str]:
        """What came that nobody waits for."""
        return self.strangers + self.miscounted


class Told:
    """The ledger of one program and its inbox."""

    def __init__(self, program: Program, inbox: Inbox) -> None:
        self.program = program
        self.inbox = inbox
        self._due: list[Due] = []

    def due(self, due: Due) -> None:
        """Wait for one more."""
        self._due.append(due)

    def compare(self) -> Compared:
        """What was recorded and sent so far, against what is due."""
        compared, waiting = Compared(), list(self._due)
        sent = Counter(incident for incident, _ in self.program.rows(_SENT))
        for incident, subject, kind, over in self.program.rows(_RECORDED):
            due = _first(waiting, subject, kind)
            if due is None:
                compared.strangers.append(f"{incident} {kind} of {subject}, in {sent[incident]} messages")
                continue

            waiting.remove(due)
            words = f"{incident} {kind} of {subject} is in {sent[incident]} messages"
            if sent[incident] < due.told:
                compared.missing.append(words)
            elif sent[incident] > due.told + (due.told and over):
                compared.miscounted.append(words)

        compared.missing += [f"{'/'.join(sorted(due.kinds))} of {due.subject}" for due in waiting if due.must]
        return compared

    def kinds(self) -> Counter[str]:
        """How many incidents of each kind were recorded."""
        return Counter(kind for _, _, kind, _ in self.program.rows(_RECORDED))

    def unaccounted(self) -> list[str]:
        """Letters that no row of the outbox accounts for, and those that came twice."""
        known = {notification for _, notification in self.program.rows(_SENT)}
        came = Counter(letter.token for letter in self.inbox.letters)
        return [token for token, count in came.items() if token not in known or count > 1]


def _first(waiting: list[Due], subject: str, kind: str) -> Due | None:
    """What must be there goes before what may."""
    fitting = [due for due in waiting if due.subject == subject and kind in due.kinds]
    return min(fitting, key=lambda due: not due.must, default=None)
