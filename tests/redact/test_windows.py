"""Streams: whatever the borders of their pieces, nothing slips through."""

from collections.abc import Iterator

import pytest

from canaries import CANARIES, NAMED
from coven_watchdog.redact.redactor import secrets
from coven_watchdog.redact.spans import MASK, Span
from coven_watchdog.redact.windows import BLOCK, OVERLAP, stream

KEY = CANARIES["openai"]
PEM = CANARIES["private key"]


def out(pieces: list[str]) -> tuple[str, list[Span]]:
    """The stream without its secrets, and what was counted."""
    counted: list[Span] = []
    return "".join(stream(pieces, secrets, counted.append)), counted


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_pieces_may_be_cut_anywhere(size: int) -> None:
    """Also within a secret."""
    text = f"one {KEY} two\n{PEM}\nthree {NAMED['json'] % 'hunter2'}\n"
    done, counted = out([text[at : at + size] for at in range(0, len(text), size)])
    assert done == out([text])[0]
    assert KEY not in done
    assert [span.what.value for span in counted] == ["token", "private_key", "named_value"]


@pytest.mark.parametrize("secret", [KEY, PEM, "password=" + "h" * 40, CANARIES["jwt"]])
@pytest.mark.parametrize("line", ["x" * 63 + "\n", "x " * 32, "é" * 8])
def test_a_secret_over_a_border_is_found(secret: str, line: str) -> None:
    """Whether its window ends with a line, a word, or in the middle of a line without end."""
    border = BLOCK
    for shift in (-len(secret), -len(secret) // 2, -5, 0, 5):
        text = (line * (border // len(line) + 1))[: border + shift] + f" {secret} " + line * (OVERLAP * 2 // len(line))
        done, counted = out([text])
        assert MASK in done
        assert len(counted) == 1
        assert secret[10:30] not in done
        assert done.count("\n") == text.count("\n")


def test_what_was_taken_out_before_a_border_is_not_found_again() -> None:
    """What stands behind a border is looked at with what stood before it in sight, and only that is counted."""
    secret, upto = "password=hunter2", 2 * BLOCK - OVERLAP
    text = "x " * BLOCK
    done, counted = out([f"{text[: upto - len(secret) - 2]}{secret} {text[upto - 1 :]}"])
    assert done.count(MASK) == len(counted) == 1
    assert "hunter2" not in done


def test_a_line_without_end_is_not_held_in_memory() -> None:
    """What comes out is never far behind what went in."""
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        for _ in range(8):
            taken += BLOCK
            yield "x" * BLOCK

    given = 0
    for piece in stream(endless(), secrets, lambda _: None):
        given += len(piece)
        assert taken - given <= 3 * BLOCK

    assert given == taken == 8 * BLOCK


def test_nothing_is_nothing() -> None:
    """An empty stream stays one."""
    assert out([]) == ("", [])
    assert out(["", ""]) == ("", [])
