"""The rules as a whole: each is fenced, registered and catalogued."""

from pathlib import Path

import coven_watchdog.judge
from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.judge import RULES, judge
from coven_watchdog.judge.common import Case
from coven_watchdog.model.incidents import Judgement
from coven_watchdog.model.words import Kind
from tale import Tale


def broken(_: Case) -> Judgement:
    """A rule with a fault."""
    message = "division by cucumber \x1b[31m" + "ghp_" + "Ab12" * 9 + " " + "x" * 1_000_000
    raise ArithmeticError(message)


def test_a_rule_that_raises_cannot_stop_the_others() -> None:
    """It becomes an incident of its own; the rules behind it speak."""
    tale = Tale().files(0)
    verdicts = judge(tale.state, tale.settings, tale.now, (broken, *RULES)).verdicts

    assert [verdict.kind for verdict in verdicts if verdict.present] == [Kind.WATCHDOG_RULE_FAILED]
    assert verdicts[0].facts.detail.startswith("broken: ArithmeticError: division by cucumber [redacted] xxx")
    assert len(verdicts[0].facts.detail) < 1000
    assert len(verdicts) > len(RULES)


def test_a_rule_that_works_again_clears() -> None:
    """Each good run of a rule says so."""
    tale = Tale()
    subjects = {verdict.subject for verdict in tale.judgement.verdicts}

    assert {f"self:rule.{rule.__name__}" for rule in RULES} <= subjects


def test_every_kind_is_named_by_a_rule() -> None:
    """A kind of the catalogue that no rule can find would be a painted door."""
    text = "".join(path.read_text() for path in Path(coven_watchdog.judge.__file__).parent.glob("*.py"))

    assert [kind.name for kind in CATALOGUE if f"Kind.{kind.name}" not in text] == []
