"""What sessions printed last."""

from coven_watchdog.model.processes import TailSeen
from tale import HOME, Tale, row


def test_of_one_that_lives_and_of_one_that_is_over() -> None:
    """It stays with the session; of a stranger nothing is kept."""
    tale = Tale().served(0, row(), row("s2")).listed(1, row(), row("s2", "failed", ended=1, exit_code=3))
    for name in ("s1", "s2", "s3"):
        tale.see(2, TailSeen(HOME, tale.now, name, ("words",)))

    live, ending = tale.state.live["s1"].tail, tale.state.endings["s2"].tail
    assert live is not None
    assert ending is not None
    assert live.lines == ending.lines == ("words",)
    assert "s3" not in (*tale.state.live, *tale.state.endings)
