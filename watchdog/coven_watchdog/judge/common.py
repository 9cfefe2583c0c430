"""What rules are made of: the case before them, and small constructors for what they can say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.model.facts import SessionRow
from coven_watchdog.model.incidents import Facts, Judgement, LookRequest, SessionBrief, Verdict, Witness
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Basis, Expect, Found, Kind, Look, Severity
from coven_watchdog.redact import cleared
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState, LiveSession

UNKNOWN = Judgement()
"""No verdict: what is open stays frozen."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at."""

    state: HomeState
    settings: Settings
    now: Instant

    @property
    def expected(self) -> bool:
        """The user says that this daemon must run."""
        return self.settings.expect_of(self.state.home) is Expect.RUNNING

    @property
    def tested(self) -> bool:
        """Whether internals of Coven may be relied on: nothing says that the daemon is of a version that was never tried."""
        life = self.state.life
        return life is None or life.health is None or life.health.tested

    def since(self, instant: Instant) -> int:
        """Awake µs that have passed since then."""
        return self.now.awake - instant.awake


def ask(case: Case, *looks: Look, subject: str = "", timeout: int | None = None, wake_at: int | None = None) -> Judgement:
    """No verdict yet: these looks would settle it."""
    requests = tuple(LookRequest(case.state.home, look, subject, timeout) for look in looks)
    return Judgement(looks=requests, wake_at=wake_at)


def wait(until: int) -> Judgement:
    """No verdict before `until` (awake µs)."""
    return Judgement(wake_at=until)


def present(
    case: Case,
    subject: str,
    kind: Kind,
    *witnesses: Witness,
    facts: Facts | None = None,
    severity: Severity | None = None,
    found: Found = Found.LIVE,
    fact_at: Instant | None = None,
) -> Verdict:
    """A state is present. Severity comes from the configuration, else from the rule, else from the catalogue."""
    default = CATALOGUE[kind].severity if severity is None else severity
    return Verdict(
        home=case.state.home,
        subject=subject,
        kind=kind,
        present=True,
        severity=case.settings.severity_of(kind, default),
        witnesses=witnesses,
        facts=facts or Facts(),
        found=found,
        fact_at=fact_at.wall if fact_at else None,
        basis_at=case.now.awake,
    )


def clear(case: Case, subject: str, kinds: Iterable[Kind], basis: Instant, facts: Facts | None = None) -> Judgement:
    """None of these kinds is present; the newest fact that says so is from `basis`."""
    clears = tuple(kinds)
    verdict = Verdict(
        case.state.home, subject, clears[0], present=False, clears=clears, facts=facts or Facts(), basis_at=basis.awake
    )
    return Judgement((verdict,))


def said(verdict: Verdict, *looks: LookRequest, wake_at: int | None = None) -> Judgement:
    """One verdict, and perhaps looks that would make its story better."""
    return Judgement((verdict,), looks, wake_at)


def merged(judgements: Iterable[Judgement]) -> Judgement:
    """Several judgements as one: all verdicts, each look once, the earliest wake."""
    every = tuple(judgements)
    wakes = [judgement.wake_at for judgement in every if judgement.wake_at is not None]
    return Judgement(
        tuple(verdict for judgement in every for verdict in judgement.verdicts),
        tuple(dict.fromkeys(look for judgement in every for look in judgement.looks)),
        min(wakes, default=None),
        tuple(known for judgement in every for known in judgement.followed),
    )


def tried(case: Case) -> bool:
    """Whether what is known of Coven's internals holds for the daemon that lives."""
    life = case.state.alive
    return life is not None and life.health is not None and life.health.tested


def unheard_since_listing(case: Case) -> bool:
    """The last listing failed, and health is from before: perhaps nothing is answered any more."""
    listing, health = case.state.listing, case.state.health
    return listing is not None and (health is None or health.at.awake < listing.at.awake)


def witness(source: str, at: Instant, saw: str, basis: Basis = Basis.CONTRACT) -> Witness:
    """One piece of evidence."""
    return Witness(source, basis, at.wall, saw)


def internal(source: str, at: Instant, saw: str) -> Witness:
    """One piece of evidence that rests on an internal of Coven."""
    return Witness(source, Basis.INTERNAL, at.wall, saw)


def by_sessions(case: Case, live: int | None) -> Severity:
    """Critical when sessions were live, when that is unknown, or when the daemon is expected to run; else warning."""
    loud = case.expected or live is None or live > 0
    return Severity.CRITICAL if loud else Severity.WARNING


def brief_row(row: SessionRow, *, until: int | None = None) -> SessionBrief:
    """What may be said of a row: it is stored. `until`: wall µs up to which it ran; by default its last change.

    Of a title, which may be a whole prompt, only the first line goes on.
    """
    end = row.updated_at if until is None else until
    # A key may hold a slash: what is split first is two halves of one, and neither is known as such.
    root = without_secrets(row.project_root)
    return SessionBrief(
        id=row.id,
        harness=row.harness,
        project=root.rstrip("/").rpartition("/")[2] or root,
        project_root=root,
        title=without_secrets(next((line for line in row.title.splitlines() if line.strip()), "")),
        ran_for=max(0, end - row.created_at),
        status=row.status,
        exit_code=row.exit_code,
    )


@lru_cache(1024)
def without_secrets(text: str) -> str:
    """Hostile text as it may be kept: one visible line without secrets. Rules ask for the same again and again."""
    return cleared(text)


def briefs(sessions: Iterable[LiveSession], until: Instant) -> tuple[SessionBrief, ...]:
    """What may be said of sessions that were live at `until`, longest first."""
    return tuple(sorted((brief_row(session.row, until=until.wall) for session in sessions), key=lambda brief: -brief.ran_for))
