"""Which sessions are known, and which troubles are over with a session."""

from collections.abc import Container

from coven_watchdog.model.words import Kind
from tale import DAEMON, NEXT, Tale, row


def follows(tale: Tale) -> tuple[Container[str], ...]:
    """Where all sessions stand of which something is known."""
    return tale.judgement.followed


def test_what_ended_has_the_troubles_of_the_living_no_more() -> None:
    """Said for a while, then it is known."""
    tale = Tale().served(0, row()).listed(10, row("s1", "completed", ended=10, exit_code=0))
    assert Kind.SESSION_GHOST in tale.clears
    assert Kind.SESSION_GHOST not in tale.wait(400).wait(401).clears


def test_sessions_are_followed_once_all_are_known() -> None:
    """The live ones, and those that ended lately; not before a daemon listed them."""
    tale = Tale().files(0).daemon(0).health(0)
    assert not follows(tale)
    tale.listed(1, row(), row("s2")).listed(2, row("s2"), row("s1", "failed", ended=2, exit_code=3))
    live, ended = follows(tale)
    assert ("s2" in live, "s1" in live, "s1" in ended, "s3" in ended) == (True, False, True, False)
    assert not follows(tale.ended(3, identity=DAEMON))
    assert not follows(tale.daemon(4, NEXT))
