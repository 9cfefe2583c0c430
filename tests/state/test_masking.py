"""What the user's own patterns match is gone before anything is remembered."""

from dataclasses import replace

from coven_watchdog.model.facts import Asked, FilesSeen, Observation, Scene, SceneSeen, SessionsListed
from coven_watchdog.model.words import Outcome, Route
from coven_watchdog.state.masking import masked
from tale import DAEMON, GOOD, HOME, moment, row

NOW = moment(0)
PATTERNS = ("ACME-[0-9]+", "s1")


def test_words_of_others_are_masked() -> None:
    """In rows, in answers, in the scene, however deep they lie; what is looked for by its value stays."""
    rows = (row("s1", title="fix ACME-17", project_root="/srv/ACME-2/shop"), row("s2", title="plain"))
    listed = masked(SessionsListed(HOME, NOW, rows, complete=True, identity=DAEMON), PATTERNS)
    assert [(one.id, one.title, one.project_root) for one in listed.rows] == [
        ("s1", "fix [redacted]", "/srv/[redacted]/shop"),
        ("s2", "plain", row("s2").project_root),
    ]
    scene = Scene(taken_at=1, record="pid of ACME-1", log_tail=("a", "b ACME-2"), kernel="ACME-3")
    seen = masked(SceneSeen(HOME, NOW, DAEMON, scene), PATTERNS).scene
    assert (seen.record, seen.log_tail, seen.kernel) == ("pid of [redacted]", ("a", "b [redacted]"), "[redacted]")
    answer = Asked(HOME, NOW, Route.HEALTH, Outcome.REFUSED, detail="no ACME-9 here")
    assert masked(answer, PATTERNS).detail == "no [redacted] here"


def test_what_holds_nothing_is_the_same() -> None:
    """The very object, with patterns and without."""
    plain: tuple[Observation, ...] = (
        SessionsListed(HOME, NOW, (row("s2"),), complete=True, identity=DAEMON),
        Asked(HOME, NOW, Route.HEALTH, Outcome.OK, health=GOOD),
        FilesSeen(HOME, NOW),
    )
    assert all(masked(one, PATTERNS) is one for one in plain)
    listed = replace(plain[0], rows=(row("s1", title="ACME-1"),))  # type: ignore[call-arg]
    assert masked(listed, ()) is listed
