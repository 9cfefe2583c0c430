"""What Apprise's log means."""

import logging

import pytest

from coven_watchdog.deliver.ear import Ear, listening

LOG = logging.getLogger("apprise")


def heard(*lines: str, quiet: tuple[str, ...] = ()) -> Ear:
    """An ear after these lines at warning level, and the quiet ones at debug level."""
    with listening() as ear:
        for line in quiet:
            LOG.debug(line)

        for line in lines:
            LOG.warning(line)

    return ear


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 410, 413, 422])
def test_client_errors_are_permanent(status: int) -> None:
    """Asking again would get the same answer."""
    assert heard(f"Failed to send JSON POST notification: error={status}.").permanent()


@pytest.mark.parametrize("status", [408, 409, 421, 423, 425, 429, 500, 502, 503, 504])
def test_the_rest_is_worth_another_try(status: int) -> None:
    """Too many requests and all server errors pass."""
    assert not heard(f"Failed to send JSON POST notification: error={status}.").permanent()


def test_one_passing_error_is_enough() -> None:
    """Of several targets one that may recover is a reason to try again; without any status, too."""
    assert not heard("a: error=404.", "b: error=503.").permanent()
    assert not heard("something broke").permanent()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ('{"ok":false,"parameters":{"retry_after":7}}', 7.0),
        ('{"retry_after": 0.65, "global": false}', 0.65),
        ("Retry-After: 120", 120.0),
        ("retry after a while", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_where_it_shows(text: str, seconds: float) -> None:
    """A wait that the service asks for is found in what a plugin quotes at debug level."""
    assert heard("throttled", quiet=(f"Response Details:\r\n{text}",)).retry_after() == seconds


def test_words_for_people() -> None:
    """Loud lines, each once, with the known cause that a plugin only whispers."""
    ear = heard(
        "A Connection error occurred.",
        "A Connection error occurred.",
        quiet=("Socket Exception: [Errno 111] Connection refused",),
    )
    assert ear.words() == "A Connection error occurred. (Connection refused)"


@pytest.mark.parametrize(
    ("cause", "unreachable"),
    [
        ("[Errno -2] Name or service not known", True),
        ("[Errno 101] Network is unreachable", True),
        ("Connection to host timed out. (connect timeout=4)", True),
        ("[Errno 111] Connection refused", False),
        ("Read timed out. (read timeout=4)", False),
        ("[SSL: CERTIFICATE_VERIFY_FAILED]", False),
    ],
)
def test_whose_fault_a_missing_connection_is(cause: str, *, unreachable: bool) -> None:
    """A refusal, a reset or a bad certificate come from somebody there; the rest may be our own network."""
    assert heard("A Connection error occurred.", quiet=(f"Socket Exception: {cause}",)).unreachable() is unreachable


def test_a_cause_that_was_said_is_not_repeated() -> None:
    """What stands in a loud line already is not added."""
    ear = heard("it timed out", quiet=("I/O Exception: it timed out after all",))
    assert ear.words() == "it timed out"
    assert not ear.unreachable()


def test_nothing_is_heard_afterwards() -> None:
    """An ear hears its own parcel only."""
    ear = heard("first")
    LOG.warning("second")
    assert ear.loud == ["first"]


def test_the_message_itself_is_no_answer() -> None:
    """What somebody called a session neither delays a retry nor explains a failure: plugins whisper what they send."""
    said = "Retry-After: 3600 [Errno 111] Connection refused error=404. Socket Exception: timed out"
    quiet = (f"JSON Payload: {{'message': '{said}'}}", f"Telegram Payload: {said}", f"Form POST URL: http://x/{said}")
    ear = heard("A Connection error occurred.", quiet=quiet)
    assert (ear.retry_after(), ear.words(), ear.permanent()) == (0.0, "A Connection error occurred.", False)
    assert ear.unreachable()
