"""What incidents are about: verdicts and the machine's memory in, its subjects out; which are gone, which kinds were told of one. Pure."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from coven_watchdog.catalogue import CATALOGUE, STORY_KINDS
from coven_watchdog.decide.changes import spell
from coven_watchdog.decide.memory import Incidents, Key
from coven_watchdog.model.incidents import Incident, Judgement, Verdict
from coven_watchdog.model.words import Form, Kind

_SESSION = "session:"


def by_subject(judgement: Judgement, incidents: Incidents, home: str) -> Mapping[str, list[Verdict]]:
    """State verdicts by subject; open and pending subjects that nothing was said about get an empty list."""
    found: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in judgement.verdicts:
        if CATALOGUE[verdict.kind].form is Form.STATE:
            found[verdict.subject].append(verdict)

    for known, subject, *_ in (*incidents.open, *incidents.pending, *incidents.closed):
        if known == home:
            found[subject] += []

    return found


def gone(known: Iterable[Key], home: str, followed: Sequence[Container[str]]) -> tuple[Key, ...]:
    """The sessions of this home among the known subjects of which nothing will be said any more."""
    sessions = [key for key in known if key[0] == home and key[1].startswith(_SESSION)]
    return tuple(key for key in sessions if not any(key[1].removeprefix(_SESSION) in ids for ids in followed))


def stories(incident: Incident) -> frozenset[Kind]:
    """What it was since it opened that only the served contract ends, whatever milder kind came after."""
    return STORY_KINDS & {chapter.kind for chapter in spell(incident)}
