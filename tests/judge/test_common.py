"""The small constructors of verdicts."""

from coven_watchdog.judge.common import Case, brief_row, briefs, merged, present, wait
from coven_watchdog.model.words import Kind, Severity
from coven_watchdog.settings import Settings
from coven_watchdog.state import LiveSession
from tale import Tale, moment, row


def test_the_configuration_has_the_last_word_on_severity() -> None:
    """Over the rule's and the catalogue's."""
    tale = Tale(Settings(severity={"daemon.*": Severity.INFO}))
    case = Case(tale.state, tale.settings, tale.now)

    assert present(case, "daemon", Kind.DAEMON_CRASHED, severity=Severity.CRITICAL).severity is Severity.INFO


def test_the_earliest_wake_wins() -> None:
    """Many rules, one alarm clock."""
    assert merged([wait(30), wait(20), wait(40)]).wake_at == 20


def test_a_brief_names_the_projects_last_part() -> None:
    """A root that is just / keeps its name."""
    assert brief_row(row(project_root="/srv/shop/")).project == "shop"
    assert brief_row(row(project_root="/")).project == "/"


def test_a_clock_that_was_set_back_makes_no_negative_run() -> None:
    """It ran for no time, rather than less than none."""
    assert brief_row(row(began=10, ended=5)).ran_for == 0


def test_briefs_are_longest_first() -> None:
    """What ran longest hurts most."""
    sessions = [LiveSession(row(name, began=-age), moment(0)) for name, age in (("young", 5), ("old", 500))]

    assert [brief.id for brief in briefs(sessions, moment(0))] == ["old", "young"]


def test_a_brief_may_be_stored() -> None:
    """Of a title, which may be a whole prompt, only the first line goes on; no part holds a secret, however it was hidden."""
    secret = "\u200b".join("ghp_" + "Ab12" * 9)
    brief = brief_row(row(project_root=f"/srv/{secret}", title=f"\n \x1b[1mfix\x1b[0m {secret}\nand the rest"))

    assert (brief.title, brief.project, brief.project_root) == ("fix [redacted]", "[redacted]", "/srv/[redacted]")


def test_a_key_that_holds_a_slash_is_not_told_by_halves() -> None:
    """A path is masked before its last part is taken for the project's name."""
    brief = brief_row(row(project_root="/srv/1/" + "/0Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3Ab4Cd5"))

    assert (brief.project, brief.project_root) == ("[redacted]", "/srv/[redacted]")
