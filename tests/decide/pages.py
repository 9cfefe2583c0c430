"""A script in, the messages of its first channel out, as a person reads them: for what `test_render` and `test_body` expect."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from coven_watchdog.decide.render import Page, render
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import ExitStatus, Identity, Scene
from coven_watchdog.model.incidents import Facts, SessionBrief, Verdict
from coven_watchdog.model.telling import Member, Message, Notification
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.settings import Channel, Home, Secret, Settings
from decide.playbook import Move, Play
from decide.shelf import WITHHELD
from decide.verdicts import CRASHED, DESK, HOME, HUNG, WALL, bad, brief, well

PLACE = Place("devbox", UTC, HOME, "/home/ada")
"""Scripts begin at 11:06:40 there."""
THREE = (
    brief(),
    brief(id="77b1c0de-91aa", harness="claude", project="api", project_root="/home/ada/api", ran_for=125 * MINUTE),
    brief(id="88b2c0de-91aa", project="docs", project_root="/home/ada/docs", ran_for=6 * MINUTE),
)
KILLED = Facts(exit=ExitStatus(signal=9), identity=Identity(4711, 1), pid=4711, home=HOME, sessions=THREE)
CRASH = replace(CRASHED, facts=KILLED, scene=Scene(WALL))
HANG = replace(HUNG, facts=replace(KILLED, exit=None))
BACK = well(home=HOME, identity=Identity(4712, 2), lost=THREE[:2])
EVERYTHING = Settings(
    homes=(Home(path=HOME),), channels=(Channel(name="desk", url=Secret("json://x"), min_severity=Severity.INFO),)
)


def ended(number: int, kind: Kind = Kind.SESSION_CRASHED, brief_: SessionBrief | None = None, **facts: object) -> Verdict:
    """One of many sessions ends."""
    what = Facts(home=HOME, sessions=(brief_ or brief(id=f"{number:04}c0de-91aa"),), exit=ExitStatus(signal=9))
    verdict = bad(kind, subject=f"session:{number}", occurrence=str(number))
    return replace(verdict, facts=replace(what, **facts))  # type: ignore[arg-type]


def text(message: Message) -> str:
    """Title and body."""
    return f"{message.title}\n{message.body}"


def rendered(run: Play, late: float = 0.3, place: Place = PLACE) -> list[Message]:
    """Every message of the run's first channel, written `late` seconds after it was due."""
    channel, shelf = run.settings.channels[0], run.shelf
    found = []
    for key, row in shelf.rows.items():
        if row.channel == channel.name and row.state is not WITHHELD:
            members = [member for spot, (member, _) in shelf.members.items() if spot[:2] == key]
            now = Instant(row.due_at + round(late * SECOND), 0)
            found.append(render(Page(row, members, channel, run.settings, now, place)))

    return found


def messages(*moves: Move, settings: Settings = DESK, late: float = 0.3) -> list[str]:
    """What the script makes people read."""
    run = Play(settings)
    for seconds, *seen in moves:
        run.at(seconds, *seen)

    return [text(message) for message in rendered(run, late)]


def page(row: Notification, members: Sequence[Member], settings: Settings = DESK, now: int = WALL) -> Page:
    """What one message is made from."""
    return Page(row, members, settings.channels[0], settings, Instant(now, 0), PLACE)
