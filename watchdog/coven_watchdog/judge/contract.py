"""What a daemon offers less than before, and what of its answers is not understood: each is told once for each version of Coven.

What rests on such a part is not judged while it is so; everything else is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from coven_watchdog.judge.common import UNKNOWN, Case, ask, merged, present, said, without_secrets, witness
from coven_watchdog.model.facts import Health
from coven_watchdog.model.incidents import Facts, Judgement, Witness
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import Kind, Look, Outcome, Severity
from coven_watchdog.state import Life

API_VERSION = "coven.daemon.v1"
NEEDED = ("sessions", "events")

_CONTRACT = re.compile(r"coven\.daemon\.v([0-9]{1,9})")
_TWICE = 2
_TOLD = MINUTE
_BLIND_TO: Mapping[str, str] = {
    "covenVersion": "its version",
    "daemon": "which process it is",
    "eventWriter": "whether it loses the ends of sessions",
    "storage": "its maintenance and, by its word, its disk",
}


def contract(case: Case) -> Judgement:
    """One event for each part that is not understood, and for each feature that is gone."""
    life, health = case.state.alive, case.state.health
    if life is None or life.health is None or health is None or health.outcome is not Outcome.OK:
        return UNKNOWN

    answer = life.health
    if not answer.ok or difference(answer):
        # That is the daemon's own trouble, which tells the rest.
        return UNKNOWN

    return merged((*_strange(case, answer), *_rows(case, answer), *_gone(case), _asked(case, life)))


def _asked(case: Case, life: Life) -> Judgement:
    """Each daemon is asked once what its adapters offer, when its sessions are known."""
    known = life.listed is None or case.state.adapters_of == life.identity
    return UNKNOWN if known else ask(case, Look.ADAPTERS)


def difference(answer: Health) -> str:
    """What of the contract that is needed is not there, and which side to update; "" when nothing is missing."""
    if answer.api_version != API_VERSION:
        return f"apiVersion {answer.api_version}, this watchdog knows {API_VERSION}: update {_older(answer.api_version)}"

    if "capabilities" in answer.strange:
        return "its capabilities have another shape: update the older of the two"

    missing = [name for name in NEEDED if not answer.capabilities.get(name)]
    return f"no capability {missing[0]}: update Coven" if missing else ""


def _older(version: str) -> str:
    """The side that speaks the older contract."""
    theirs, ours = _CONTRACT.fullmatch(version), _CONTRACT.fullmatch(API_VERSION)
    if theirs is None or ours is None:
        return "the older of the two"

    return "the watchdog" if int(theirs[1]) > int(ours[1]) else "Coven"


def _strange(case: Case, answer: Health) -> Iterator[Judgement]:
    assert case.state.health is not None
    for part in answer.strange:
        saw = f"the health answer's {part} has another shape: {_BLIND_TO[part]} is not known"
        yield _changed(case, part, answer.coven_version, witness("health", case.state.health.at, saw))


def _rows(case: Case, answer: Health) -> Iterator[Judgement]:
    """The session list: some rows of it, or all."""
    listing = case.state.listing
    if listing is not None and listing.outcome is Outcome.NOT_CONTRACT and case.state.listing_failures >= _TWICE:
        saw = f"the session list is not understood, so no session is watched: {listing.detail}"
        yield _changed(case, "sessions", answer.coven_version, witness("sessions", listing.at, saw))
    elif listing is None and case.state.unread and case.state.listed is not None:
        saw = f"{case.state.unread} rows of the session list have another shape: those sessions are not watched"
        yield _changed(case, "sessions", answer.coven_version, witness("sessions", case.state.listed, saw))


def _changed(case: Case, part: str, version: str, seen: Witness) -> Judgement:
    """Checks are lost: worth a warning, once for each version."""
    facts = Facts(home=case.state.home, detail=seen.saw, version=version)
    verdict = present(case, f"capability:{part}", Kind.CAPABILITY_MISSING, seen, facts=facts, severity=Severity.WARNING)
    return said(replace(verdict, occurrence=f"shape:{without_secrets(version)}"))


def _gone(case: Case) -> Iterator[Judgement]:
    for name, what in case.state.gone.items():
        if case.since(what.at) <= _TOLD:
            saw = f"Coven {without_secrets(what.version)} does not offer {name}, which was there before"
            facts = Facts(home=case.state.home, detail=saw, version=what.version)
            verdict = present(case, f"capability:{name}", Kind.CAPABILITY_MISSING, witness("health", what.at, saw), facts=facts)
            yield said(replace(verdict, occurrence=f"gone:{without_secrets(what.version)}", fact_at=what.at.wall))
