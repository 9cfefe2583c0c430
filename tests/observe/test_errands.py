"""What the sessions source is asked to do."""

from collections.abc import Callable

import pytest

from coven_watchdog.observe.errands import Errands


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("errand", "urgent"),
    [
        (Errands.walk, True),
        (Errands.list, True),
        (Errands.hint, False),
        (lambda errands: errands.end("a"), True),
        (lambda errands: errands.row("a"), False),
        (lambda errands: errands.event("a"), False),
        (lambda errands: errands.output("a"), False),
        (lambda errands: errands.runner("a"), False),
    ],
)
async def test_each_errand_wakes(errand: Callable[[Errands], None], urgent: bool) -> None:  # noqa: FBT001 - a parameter
    """Every errand wakes the source; only some of them want a listing at once."""
    errands = Errands()
    errand(errands)
    assert await errands.nudge.wait(0)
    assert errands.urgent is urgent


def test_equal_errands_are_one() -> None:
    """The same session asked for twice is asked for once, in the order of the first wish."""
    errands = Errands()
    for session in ("b", "a", "b"):
        errands.row(session)

    assert list(errands.rows) == ["b", "a"]


def test_of_a_crowd_a_few_are_asked_for() -> None:
    """The ledger is read between the ends of very many sessions; who was asked for makes room."""
    errands = Errands()
    for number in range(500):
        errands.event(str(number))

    assert len(errands.events) < 20
    errands.events.clear()
    errands.event("late")
    assert list(errands.events) == ["late"]
