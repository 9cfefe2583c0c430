"""What Apprise's log means."""

import logging

import pytest

from coven_watchdog.deliver.ear import Ear, listening
from coven_watchdog.deliver.exchanges import Exchange

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


MAIL = "Socket Exception: "


@pytest.mark.parametrize(
    ("line", "reply", "permanent"),
    [
        (f"{MAIL}{{'me@example.com': (550, b'5.1.1 no such user')}}", "550 5.1.1 no such user", True),
        (f"{MAIL}(535, b'5.7.8 Authentication credentials invalid')", "535 5.7.8 Authentication credentials invalid", True),
        (f"{MAIL}(554, b'go away')", "554 go away", True),
        (f"{MAIL}(550, b\"you're not welcome\", 'me@example.com')", "550 you're not welcome", True),
        (f"{MAIL}{{'me@example.com': (451, b'4.7.1 greylisted')}}", "451 4.7.1 greylisted", False),
        (f"{MAIL}(421, b'busy')", "421 busy", False),
    ],
)
def test_a_mail_servers_answer(line: str, reply: str, *, permanent: bool) -> None:
    """What SMTP calls permanent is, what it calls transient is not; its words are told, and somebody was there."""
    ear = heard("Sending email failed.", quiet=(line,))
    assert (ear.words(), ear.permanent(), ear.unreachable()) == (f"Sending email failed. ({reply})", permanent, False)


@pytest.mark.parametrize(
    "cause", ["STARTTLS extension not supported by server.", "SMTP AUTH extension not supported by server."]
)
def test_a_mail_server_that_lacks_something(cause: str) -> None:
    """It is there, and may be mended: told, tried again, and not blamed on the network."""
    ear = heard("Connection error while submitting email", quiet=(f"{MAIL}{cause}",))
    assert (ear.permanent(), ear.unreachable()) == (False, False)
    assert "extension not supported by server" in ear.words()


def test_one_recipient_of_two() -> None:
    """A mail that one of them may take later is tried again."""
    never, later = "SMTP recipient a@b was refused: 550 b'no'", "SMTP recipient c@d was refused: 450 b'later'"
    assert heard(never).permanent()
    assert not heard(never, later).permanent()


def test_what_a_chat_server_says() -> None:
    """IRC's reason is whispered only, and told."""
    ear = heard("Failed to send IRC notification.", quiet=("IRC Exception: Cannot join channel (+i) -- Invited users only",))
    assert ear.words() == "Failed to send IRC notification. (Cannot join channel (+i) -- Invited users only)"
    assert (ear.permanent(), ear.unreachable()) == (False, False)
    ear = heard("Failed to send IRC notification.", quiet=("IRC Exception: [Errno 111] Connection refused",))
    assert ear.words() == "Failed to send IRC notification. (Connection refused)"


def answered(*exchanges: Exchange, loud: str = "failed") -> Ear:
    """An ear after these exchanges."""
    ear = heard(loud)
    ear.exchanges.extend(exchanges)
    return ear


def test_answers_speak_where_the_log_does_not() -> None:
    """Six services log no status: then what was answered counts, successes before it aside."""
    assert answered(Exchange(200), Exchange(403)).permanent()
    assert not answered(Exchange(403), Exchange(503)).permanent()
    assert not answered(Exchange(200)).permanent()
    assert not answered(Exchange(404), loud="failed: error=503.").permanent()


def test_the_longest_wait_counts() -> None:
    """Of several answers the one that asks for the longest wait."""
    assert answered(Exchange(429, 2.0), Exchange(429, 7.0), Exchange(200)).retry_after() == 7.0
    assert answered().retry_after() == 0.0


def test_an_exception_is_a_sign() -> None:
    """Telegram and nineteen others word a missing connection in their own way: the exception itself tells."""
    gone = Exchange(error="Max retries exceeded (Failed to resolve 'x' ([Errno -2] Name or service not known))")
    assert answered(gone, loud="A connection error occurred sending Telegram").unreachable()
    assert answered(gone, loud="odd").words() == "odd (Name or service not known)"
    assert not answered(gone, Exchange(503)).unreachable()
    assert not answered(Exchange(error="Read timed out. (read timeout=4)")).unreachable()


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


def test_nothing_is_heard_afterwards() -> None:
    """An ear hears its own parcel only."""
    ear = heard("first")
    LOG.warning("second")
    assert ear.loud == ["first"]


def test_the_message_itself_is_no_answer() -> None:
    """What somebody called a session neither delays a retry nor explains a failure: plugins whisper what they send."""
    said = "Retry-After: 3600 [Errno 111] Connection refused error=404. Socket Exception: (550, b'no')"
    quiet = (f"JSON Payload: {{'message': '{said}'}}", f"Telegram Payload: {said}", f"Form POST URL: http://x/{said}")
    ear = heard("A Connection error occurred.", quiet=quiet)
    assert (ear.retry_after(), ear.words(), ear.permanent()) == (0.0, "A Connection error occurred.", False)
    assert not ear.unreachable()
