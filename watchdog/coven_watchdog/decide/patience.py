"""How long something must have been there before it counts: verdicts in, the ones that have lasted out. Pure.

Only awake, observed time counts: it stands still asleep and blind. Each kind waits for itself, so that a kind that passes in a
moment does not lend its age to another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.memory import Key, Pending, PendingKey
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.words import Kind
from coven_watchdog.settings import Duration, Settings


def patience(kind: Kind, settings: Settings) -> int:
    """µs a kind must be present before it opens: the catalogue's number, or the setting that it names."""
    entry = CATALOGUE[kind]
    if isinstance(entry.patience, int):
        return entry.patience

    value = getattr(settings.probe, entry.patience)
    assert isinstance(value, Duration)
    return value


@dataclass(slots=True)
class Waiting:
    """What is present and not yet for long enough. `now` in awake µs."""

    pending: dict[PendingKey, Pending]
    settings: Settings
    now: int
    wakes: list[int] = field(default_factory=list)

    def lasted(self, key: Key, verdict: Verdict) -> bool:
        """Count this sight of it; whether it has been there for long enough."""
        wanted = patience(verdict.kind, self.settings)
        if not wanted:
            return True

        before = self.pending.get((*key, verdict.kind), Pending(0, None))
        waited = before.waited + (max(0, self.now - before.seen_at) if before.seen_at is not None else 0)
        self.pending[*key, verdict.kind] = Pending(waited, self.now)
        if waited < wanted:
            self.wakes.append(self.now + wanted - waited)

        return waited >= wanted

    def drop(self, key: Key, kinds: Iterable[Kind]) -> None:
        """These are not there, or not on their way any more."""
        for kind in kinds:
            self.pending.pop((*key, kind), None)

    def freeze(self, key: Key, seen: Iterable[Kind]) -> None:
        """Nothing is known of the others: their time stands still."""
        present = frozenset(seen)
        for name, one in self.pending.items():
            if name[:2] == key and name[2] not in present:
                self.pending[name] = replace(one, seen_at=None)
