"""Who is asked first."""

import anyio
import pytest

from coven_watchdog.observe.turn import Turn


class Requests:
    """Requests that end when they are let; counts how often each was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.answered = 0
        self.let = anyio.Event()

    async def ask(self) -> str:
        """One request."""
        self.begun += 1
        await self.let.wait()
        self.answered += 1
        return "answer"


@pytest.mark.anyio
async def test_a_patient_request_without_haste() -> None:
    """Where nobody is in a hurry, a request is asked once."""
    turn, requests = Turn(), Requests()
    requests.let.set()
    assert await turn.patiently(requests.ask) == "answer"
    assert requests.begun == 1


@pytest.mark.anyio
async def test_a_hanging_request_makes_way_and_is_asked_again() -> None:
    """A patient request that hangs is broken off for a hurried one, and begins anew after it."""
    turn, requests = Turn(), Requests()
    answers: list[str] = []

    async def patient() -> None:
        answers.append(await turn.patiently(requests.ask))

    async with anyio.create_task_group() as tg:
        tg.start_soon(patient)
        await anyio.wait_all_tasks_blocked()
        async with turn.hurriedly():
            assert requests.begun == 1
            await anyio.wait_all_tasks_blocked()
            assert requests.begun == 1
            assert requests.answered == 0
            requests.let.set()

    assert answers == ["answer"]
    assert requests.begun == 2


@pytest.mark.anyio
async def test_a_short_request_is_let_finish() -> None:
    """A patient request that ends soon is not broken off."""
    turn, requests = Turn(), Requests()
    async with anyio.create_task_group() as tg:
        tg.start_soon(turn.patiently, requests.ask)
        await anyio.wait_all_tasks_blocked()
        requests.let.set()
        async with turn.hurriedly():
            assert requests.answered == 1

    assert requests.begun == 1


@pytest.mark.anyio
async def test_a_patient_request_that_was_given_up() -> None:
    """A patient request whose task is cancelled leaves the turn free."""
    turn, requests = Turn(), Requests()
    async with anyio.create_task_group() as tg:
        tg.start_soon(turn.patiently, requests.ask)
        await anyio.wait_all_tasks_blocked()
        tg.cancel_scope.cancel()

    async with turn.hurriedly():
        assert requests.answered == 0


@pytest.mark.anyio
async def test_patient_requests_wait_while_somebody_is_in_a_hurry() -> None:
    """A patient request does not begin while a hurried one is under way."""
    turn, requests = Turn(), Requests()
    async with anyio.create_task_group() as tg, turn.hurriedly():
        tg.start_soon(turn.patiently, requests.ask)
        await anyio.wait_all_tasks_blocked()
        assert requests.begun == 0
        requests.let.set()

    assert requests.answered == 1


@pytest.mark.anyio
async def test_a_request_that_fails_frees_the_turn() -> None:
    """What a request raises comes through, and the next one is asked."""
    turn, requests = Turn(), Requests()

    async def fails() -> str:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any
        await turn.patiently(fails)

    async with turn.hurriedly():
        pass

    requests.let.set()
    assert await turn.patiently(requests.ask) == "answer"


@pytest.mark.anyio
async def test_patient_requests_of_two_tasks() -> None:
    """One after the other: a hurried one finds all of them out of its way."""
    turn, first, second = Turn(), Requests(), Requests()
    async with anyio.create_task_group() as tg:
        tg.start_soon(turn.patiently, first.ask)
        await anyio.wait_all_tasks_blocked()
        tg.start_soon(turn.patiently, second.ask)
        await anyio.wait_all_tasks_blocked()
        assert (first.begun, second.begun) == (1, 0)
        async with turn.hurriedly():
            first.let.set()
            await anyio.wait_all_tasks_blocked()
            assert (first.answered, second.begun) == (0, 0)

        second.let.set()

    assert (first.begun, first.answered, second.answered) == (2, 1, 1)
