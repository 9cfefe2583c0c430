"""What a person types to say which kinds, session or home; what is known in. The one that is meant out, or a helpful error."""

from collections.abc import Collection, Iterator, Mapping

from coven_watchdog.catalogue import matching
from coven_watchdog.config.faults import did_you_mean
from coven_watchdog.coven.paths import canonical
from coven_watchdog.decide.text import one_line
from coven_watchdog.errors import UsageError
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import Kind

EVERY_KIND = "*"
_GLOB = frozenset("*?[")
_SHOWN = 5
_ID_SHOWN = 36
_SESSION = "session:"


def kind_glob(text: str) -> str:
    """The glob, which matches at least one kind.

    Raises:
        UsageError: it matches none; says which was probably meant.
    """
    glob = text.strip().lower()
    if matching(glob):
        return glob

    raise _no_kind(text, glob)


def exact_kind(text: str) -> Kind:
    """One kind, no pattern.

    Raises:
        UsageError: there is none of that name; says which was probably meant.
    """
    found = matching(kind_glob(text))
    if len(found) > 1:
        message = f"{one_line(text, 60)!r} stands for {len(found)} kinds"
        raise UsageError(message, where="--kind", next_step=f"name one of them: {', '.join(found)}")

    return found[0]


def _no_kind(text: str, glob: str) -> UsageError:
    families = sorted({f"{kind.partition('.')[0]}.*" for kind in Kind})
    guess = did_you_mean(glob, [*families, *Kind] if _GLOB & set(glob) else Kind)
    what = "pattern matches no kind" if _GLOB & set(glob) else "kind is unknown"
    message = f"this {what}: {one_line(text, 60)!r}{guess}"
    return UsageError(message, where="--kind", next_step=f"there are the families {', '.join(families)}")


def home_key(text: str, homes: Mapping[str, str], env: Mapping[str, str]) -> str:
    """The key of the home that goes by this name, stands at this path, or has this in either.

    Args:
        text: what was typed.
        homes: the name of each known home, by its key.
        env: the environment, for `~`.

    Raises:
        UsageError: no home is meant, or more than one.
    """
    wanted = text.strip()
    exact = [key for key, name in homes.items() if wanted and wanted in {key, name}] or _at(wanted, homes, env)
    folded = wanted.casefold()
    found = exact or [key for key, name in homes.items() if folded and folded in f"{key}\n{name}".casefold()]
    if len(found) == 1:
        return found[0]

    which = [key if homes[key] in {"", key} else f"{homes[key]} ({key})" for key in (found or homes)]
    shown = one_line(text, 60)
    message = f"{len(found)} homes could be meant by {shown!r}" if found else f"there is no home {shown!r}"
    raise UsageError(message, where="--home", next_step=f"there {'are' if len(which) != 1 else 'is'}: {', '.join(which)}")


def _at(wanted: str, homes: Mapping[str, str], env: Mapping[str, str]) -> list[str]:
    """The home at this path, however it is written."""
    if "/" not in wanted and not wanted.startswith(("~", ".")):
        return []

    key = str(canonical(wanted, env))
    return [key] if key in homes else []


def session_id(text: str, known: Collection[str]) -> str:
    """The whole id of the session that begins so.

    Raises:
        UsageError: no session is meant, or more than one.
    """
    wanted = text.strip()
    found = sorted({one for one in known if wanted and one.startswith(wanted)})
    if wanted in found or len(found) == 1:
        return wanted if wanted in found else found[0]

    if found:
        ids = ", ".join(one_line(one, _ID_SHOWN) for one in found[:_SHOWN])
        message = f"{len(found)} sessions begin with {one_line(text, 60)!r}: {ids}{', …' if len(found) > _SHOWN else ''}"
        raise UsageError(message, where="--session", next_step="give more of its id")

    message = f"no session that is watched begins with {one_line(text, 60)!r}"
    raise UsageError(message, where="--session", next_step="see them: coven sessions; a new one is known after some seconds")


def known_sessions(looks: Collection[HomeLook], incidents: Collection[Incident]) -> Iterator[str]:
    """The ids of sessions that live, or that something was said of."""
    for look in looks:
        yield from (row.id for row in (*look.live, *look.ending))

    for incident in incidents:
        if incident.subject.startswith(_SESSION):
            yield incident.subject.removeprefix(_SESSION)

        facts = incident.facts
        yield from (brief.id for brief in (*facts.sessions, *facts.lost, *facts.survivors))


def known_homes(
    looks: Collection[HomeLook], incidents: Collection[Incident], configured: Mapping[str, str]
) -> Mapping[str, str]:
    """The name of each home that is configured, was looked at, or has a story; by its key."""
    names = {incident.home: "" for incident in incidents if incident.home != SELF_HOME}
    names |= {look.home: look.name for look in looks}
    return names | {key: name or names.get(key, "") for key, name in configured.items()}
