"""A script in, what happened and who was told out: `(seconds, what is seen…)…` → `seconds kind transition: telling…`.

A telling is a reason, `(a suppression)`, `+a reason` where it joined a message that still collects, or `~` where a message that
waits will speak of it. Channels other than `desk` are named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC
from itertools import count

from coven_watchdog.decide.incidents import advance
from coven_watchdog.decide.memory import Advance, Incidents
from coven_watchdog.decide.policy import plan, touched
from coven_watchdog.decide.review import Review
from coven_watchdog.model.incidents import Judgement, Verdict
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import SECOND, Instant
from coven_watchdog.model.words import Reason, Transition
from coven_watchdog.settings import Settings
from decide.shelf import WITHHELD, Shelf
from decide.verdicts import AWAKE, DESK, HOME, START, WALL, WELL

BY_HAND = frozenset({Transition.ACKNOWLEDGED, Transition.UNACKNOWLEDGED, Transition.SILENCED})


@dataclass
class Play:
    """One run. `sink`: what is due is accepted, refused, or (None) not even tried."""

    settings: Settings = DESK
    last: Advance = field(default_factory=lambda: Advance(Incidents()))
    shelf: Shelf = field(default_factory=Shelf)
    sink: bool | None = True
    now: Instant = START
    review: Review = field(default_factory=Review)
    lines: list[str] = field(default_factory=list)
    names: Iterator[str] = field(default_factory=lambda: (f"i{number}" for number in count(1)))

    def at(self, seconds: float, *seen: "Seen") -> None:
        """Deliver what is due, act, judge."""
        passed = round(seconds * SECOND)
        self.now = Instant(WALL + passed, AWAKE + passed)
        self.shelf.attempt(self.now.wall, accepted=self.sink)
        for act in (one for one in seen if not isinstance(one, Verdict)):
            act(self)
            self.review = Review()

        fresh = Judgement(tuple(replace(one, basis_at=self.now.awake) for one in seen if isinstance(one, Verdict)))
        self.take(advance(self.last.incidents, fresh, self.settings, self.now, home=HOME, names=self.names))

    def take(self, after: Advance) -> None:
        """Commit, and note what was done."""
        channels = [channel.name for channel in self.settings.channels]
        world = self.shelf.world(touched(after.steps), [HOME], channels, self.now.wall)
        made = Plan()
        if after.steps or self.review.due(self.settings, self.now):
            made = self.shelf.write(plan(after.steps, world, self.settings, self.now, UTC))
            self.review = Review.after(made, self.settings, self.now)

        self.last = replace(after, incidents=after.incidents.adopted(made.incidents))
        happened = [
            (step.incident.id, f"{step.incident.kind} {step.transition}", step.transition in BY_HAND) for step in made.steps
        ]
        known = {one for one, _, by_hand in happened if not by_hand}
        held = [(one.id, f"{one.kind} at last", False) for one in made.incidents if one.id not in known]
        at = f"{(self.now.awake - AWAKE) / SECOND:g}"
        lines = [(words, self._tellings(one, made, by_hand=by_hand)) for one, words, by_hand in happened + held]
        self.lines += [f"{at} {words}: {', '.join(said)}" for words, said in lines if said or "at last" not in words]

    def _tellings(self, incident: str, made: Plan, *, by_hand: bool) -> list[str]:
        new, found = {(row.id, row.channel): row for row in made.notifications}, {}
        about = (member for member in made.members if member.incident == incident)
        for one in (member for member in about if by_hand is (member.role is Reason.HIDDEN)):
            row = new.get((one.notification, one.channel))
            words = f"+{one.role}" if row is None else f"({row.suppression})" if row.state is WITHHELD else f"{one.role}"
            found[one.channel] = words

        for row_id, channel, which in self.shelf.members if any(one.id == incident for one in made.refreshed) else ():
            if which == incident and self.shelf.untried((row_id, channel)):
                found.setdefault(channel, "~")

        return [words if channel == "desk" else f"{channel} {words}" for channel, words in sorted(found.items())]


Seen = Verdict | Callable[[Play], None]
Move = tuple[float, *tuple[Seen, ...]]


def run(*moves: Move, settings: Settings = DESK) -> Play:
    """The whole run of a script."""
    made = Play(settings)
    for seconds, *seen in moves:
        made.at(seconds, *seen)

    return made


def play(*moves: Move, settings: Settings = DESK) -> list[str]:
    """What happened in it, and who was told."""
    return run(*moves, settings=settings).lines


def told(*moves: Move, settings: Settings = DESK) -> list[str]:
    """What was told when, without what is only recorded once more."""
    return [f"{line.split()[0]}: {said}" for line in play(*moves, settings=settings) if (said := line.partition(": ")[2])]


def over(seconds: float, verdict: Seen = WELL) -> tuple[Move, Move]:
    """It is over, and seen to be so twice."""
    return (seconds - 1, verdict), (seconds, verdict)
