"""What a daemon offers, and what is gone."""

from dataclasses import replace

from coven_watchdog.judge.look import look_of
from coven_watchdog.model.facts import Health
from coven_watchdog.model.programs import Program
from coven_watchdog.state.features import features_of
from tale import BOOT, GOOD, NEXT, Tale, looked

MORE = replace(
    GOOD, capabilities={**GOOD.capabilities, "travel": True, "eventCursor": "sequence", "afsMount": False, "odd name": True}
)


def test_features_are_what_is_true_and_named_like_one() -> None:
    """False and empty ones are not offered; of very many, a part is kept."""
    assert features_of(MORE) == {"sessions", "events", "travel", "eventCursor"}
    assert len(features_of(replace(GOOD, capabilities={f"f{number}": True for number in range(1000)}))) == 128


def test_what_was_offered_and_is_not_any_more_is_gone() -> None:
    """Until it comes back; of which version, is kept."""
    tale = Tale().served(0).health(1, health=MORE).health(2, health=replace(GOOD, coven_version="0.5.0"))
    assert {name: what.version for name, what in tale.state.gone.items()} == {"travel": "0.5.0", "eventCursor": "0.5.0"}
    assert set(tale.health(3, health=MORE).state.gone) == set()


def test_the_run_before_knows_what_was_offered() -> None:
    """An upgrade while nobody watched is compared, too; without knowledge, nothing is gone."""
    before = looked(identity=NEXT)
    known = replace(before, daemon=replace(before.daemon, features=("sessions", "events", "travel")))
    assert set(Tale(remembered=known).served(0).state.gone) == {"travel"}
    assert Tale(remembered=before).served(0).state.gone == {}


def test_nobody_fills_the_memory() -> None:
    """A daemon that offers something else each time has no more than a few features gone; a strange answer says nothing."""
    tale = Tale().served(0)
    for second in range(1, 50):
        tale.health(second, health=replace(GOOD, capabilities={f"f{second}-{number}": True for number in range(5)}))

    assert len(tale.state.gone) == 32
    tale.health(60, health=Health(ok=True, api_version="x", strange=("capabilities",)))
    assert len(tale.state.features or ()) == 5


def test_what_adapters_offer_is_compared_with_the_run_before() -> None:
    """A daemon that does not say takes nothing away; what comes back is not gone."""
    before = looked(identity=NEXT)
    known = replace(before, daemon=replace(before.daemon, adapters=("coven.travel",), harnesses=("opencode",)))
    tale = Tale(remembered=known).served(0)
    assert tale.state.gone == {}
    assert set(
        tale.adapters(1, "coven.sessions").programs(1, Program("codex", "codex", used=False, found=True)).state.gone
    ) == {
        "coven.travel",
        "opencode",
    }
    assert set(tale.adapters(2, "coven.sessions", "coven.travel").state.gone) == {"opencode"}


def test_what_is_remembered() -> None:
    """The look that the next run gets has all of it."""
    tale = Tale().served(0).adapters(1, "coven.travel").programs(1, Program("codex", "codex", used=False, found=True))
    kept = look_of(tale.state, tale.judgement, tale.settings, tale.now, BOOT).daemon
    assert (kept.adapters, kept.harnesses) == (("coven.travel",), ("codex",))


def test_a_daemon_that_is_gone_has_no_version() -> None:
    """An answer may come late."""
    tale = Tale().served(0).adapters(1, "coven.travel").ended(2).adapters(3, "coven.sessions")
    assert tale.state.gone["coven.travel"].version == ""
