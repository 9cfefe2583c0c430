"""What the facts mean: state in, verdicts out (PRESENT or CLEAR; no verdict means unknown). Pure.

Adding a check: one rule function in its family's file, one line in `RULES`, one entry in the catalogue.
"""

from collections.abc import Callable

from coven_watchdog.judge.availability import availability, frozen
from coven_watchdog.judge.common import Case, clear, merged, present, said, without_secrets, witness
from coven_watchdog.judge.contract import contract
from coven_watchdog.judge.followed import followed
from coven_watchdog.judge.ghosts import ghosts
from coven_watchdog.judge.harnesses import harnesses
from coven_watchdog.judge.ledger import store
from coven_watchdog.judge.own import blind, sources, troubles
from coven_watchdog.judge.programs import outdated
from coven_watchdog.judge.quiet_sessions import quiet_sessions
from coven_watchdog.judge.restarts import restart_loop, restarted
from coven_watchdog.judge.rivals import duplicate
from coven_watchdog.judge.sessions import sessions
from coven_watchdog.judge.storage import degraded, event_writer, low_disk
from coven_watchdog.judge.stuck import stuck
from coven_watchdog.judge.survivors import survivors
from coven_watchdog.judge.trust import home_trust, impostor, record
from coven_watchdog.model.incidents import Facts, Judgement
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Kind
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState

_LONGEST = 500

Rule = Callable[[Case], Judgement]

RULES: tuple[Rule, ...] = (
    home_trust,
    availability,
    frozen,
    restart_loop,
    restarted,
    impostor,
    duplicate,
    record,
    outdated,
    store,
    low_disk,
    degraded,
    event_writer,
    contract,
    harnesses,
    sessions,
    followed,
    ghosts,
    quiet_sessions,
    stuck,
    survivors,
    blind,
    sources,
    troubles,
)


def judge(state: HomeState, settings: Settings, now: Instant, rules: tuple[Rule, ...] = RULES) -> Judgement:
    """Every verdict about one home now, with the looks that would settle the open questions.

    A rule that raises cannot stop the others: it becomes `watchdog.rule_failed`.
    """
    case = Case(state, settings, now)
    return merged(_fenced(rule, case) for rule in rules)


def _fenced(rule: Rule, case: Case) -> Judgement:
    subject = f"self:rule.{rule.__name__}"
    try:
        judgement = rule(case)
    except Exception as error:  # noqa: BLE001 - the rule runner is a fence: one rule's fault must not blind the others
        # The error may quote what Coven said.
        saw = without_secrets(f"{rule.__name__}: {type(error).__name__}: {error}"[:_LONGEST])
        facts = Facts(home=case.state.home, detail=saw)
        return said(present(case, subject, Kind.WATCHDOG_RULE_FAILED, witness("rules", case.now, saw), facts=facts))

    return merged((judgement, clear(case, subject, (Kind.WATCHDOG_RULE_FAILED,), case.now)))
