"""The watchdog's own troubles: what it cannot see, what fails in it, and what its other layers report."""

from coven_watchdog.judge.common import UNKNOWN, Case, clear, merged, present, said, without_secrets, witness
from coven_watchdog.model.facts import OwnTrouble, SourceFailed
from coven_watchdog.model.incidents import Facts, Judgement
from coven_watchdog.model.words import Kind, Outcome

_FAILURES = 2
"""A source may stumble once."""

_TOPICS = {
    "channel:": Kind.WATCHDOG_CHANNEL_FAILING,
    "self:config": Kind.WATCHDOG_CONFIG_INVALID,
    "self:store": Kind.WATCHDOG_STORE_DAMAGED,
}


def blind(case: Case) -> Judgement:
    """Whether this home may be looked at and connected to."""
    files, health = case.state.files, case.state.health
    if files is None:
        return UNKNOWN

    forbidden = health is not None and health.outcome is Outcome.FORBIDDEN
    if not files.error and not forbidden:
        return clear(case, "self:sight", (Kind.WATCHDOG_BLIND,), files.at)

    saw = files.error or (health.detail if health else "") or "permission denied"
    facts = Facts(home=case.state.home, detail=f"{without_secrets(case.state.home)}: {saw}")
    return said(present(case, "self:sight", Kind.WATCHDOG_BLIND, witness("files", files.at, saw), facts=facts))


def sources(case: Case) -> Judgement:
    """One state for each source that failed, cleared when it works again."""
    return merged(_source(case, name, failed) for name, failed in case.state.sources.items())


def _source(case: Case, name: str, failed: SourceFailed | None) -> Judgement:
    subject = f"self:source.{name}"
    if failed is None:
        return clear(case, subject, (Kind.WATCHDOG_SOURCE_FAILED,), case.now)

    if failed.failures < _FAILURES:
        return UNKNOWN

    facts = Facts(home=case.state.home, detail=f"{name}: {failed.error}", count=failed.failures)
    seen = witness(name, failed.at, failed.error)
    return said(present(case, subject, Kind.WATCHDOG_SOURCE_FAILED, seen, facts=facts))


def troubles(case: Case) -> Judgement:
    """What deliver, the store and the configuration report about themselves."""
    return merged(_trouble(case, trouble) for trouble in case.state.troubles.values())


def _trouble(case: Case, trouble: OwnTrouble) -> Judgement:
    kind = next(kind for prefix, kind in _TOPICS.items() if trouble.topic.startswith(prefix))
    if trouble.trouble is None:
        return clear(case, trouble.topic, (kind,), trouble.at)

    facts = Facts(detail=trouble.trouble, last_seen=trouble.since)
    return said(present(case, trouble.topic, kind, witness("watchdog", trouble.at, trouble.trouble), facts=facts))
