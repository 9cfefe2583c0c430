"""Tests of `coven.decoding`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.coven.decoding import Count, Decoder, Pid, wall_of
from coven_watchdog.errors import NotContractError

pid: Decoder[dict[str, int]] = Decoder(dict[str, Pid])
count: Decoder[int] = Decoder(Count)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.000001999Z", 1_000_002),
        ("2026-11-22T10:14:30.192949153Z", 1_795_342_470_192_949),
        ("2026-11-22T12:14:30.192949+02:00", 1_795_342_470_192_949),
        ("1969-12-31T23:59:59Z", 0),
        ("0001-01-01T00:00:00+23:59", 0),
        ("9999-12-31T23:59:59-23:59", 7_258_118_400_000_000),
    ],
)
def test_written_times_become_wall_microseconds(text: str, wall: int) -> None:
    """Nanoseconds are rounded, zones are understood; nothing lies where the calendar ends."""
    assert wall_of(text) == wall


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-22", "2026-11-22T10:14:30", "2026-13-22T10:14:30Z", "0000-01-01T00:00:00Z"]
)
def test_what_is_no_time_with_a_zone_is_none(text: str) -> None:
    """A time without a zone could be any of a day's."""
    assert wall_of(text) is None


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    """Stamps of a log are hostile."""
    assert wall_of(text) is None or isinstance(wall_of(text), int)


@pytest.mark.parametrize("body", [b"0", b"-1", b"2147483648", b"1.5", b"true", b'"1"', b"null", b"9" * 5000])
def test_a_pid_is_a_positive_number_of_31_bits(body: bytes) -> None:
    """It will stand in a path of /proc and in a kill(2)."""
    with pytest.raises(NotContractError):
        pid(b'{"a":' + body + b"}")


def test_counts_fit_in_a_database() -> None:
    """64 bits with a sign, and not negative."""
    assert count(b"9223372036854775807") == 2**63 - 1
    for body in (b"9223372036854775808", b"-1"):
        with pytest.raises(NotContractError):
            count(body)


def test_the_error_names_the_place_and_quotes_nothing() -> None:
    """What a hostile peer sent is in no message, not even as a key."""
    with pytest.raises(NotContractError) as caught:
        pid(b'{"sk-secret": "sk-other"}')

    assert "sk-" not in str(caught.value)
    assert caught.value.message == "the answer has the wrong shape at $[...]"
    with pytest.raises(NotContractError, match=r"^the answer has the wrong shape$"):
        pid(b"[]")


@pytest.mark.parametrize(
    "body",
    [b"", b"NaN", b"{", b"{}x", b"\xff\xfe", b'{"\xff":1}', b'{"a":1,}', b"\xef\xbb\xbf{}", b"[" * 200_000, b'{"a":' * 200_000],
)
def test_what_is_no_json_is_said_so(body: bytes) -> None:
    """Also bytes that are no text, and nesting deeper than any stack."""
    with pytest.raises(NotContractError):
        pid(body)
