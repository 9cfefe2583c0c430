"""Keys that give themselves away, and what only looks like them."""

import base64
import random
import uuid

import pytest

from canaries import CANARIES, A
from coven_watchdog.redact import MASK, redact
from coven_watchdog.redact.shapes import find

KEY = CANARIES["github"]
BEGIN, END = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"


def test_there_are_many() -> None:
    """More than sixty shapes, each found alone."""
    assert len(CANARIES) > 60
    assert [name for name, secret in CANARIES.items() if not list(find(f" {secret} "))] == []


@pytest.mark.parametrize("before", ["\\n", "\\t", "%3D", "\\x1b", "\\u001b", "\\u0026", "\x1b[32m", "=", "/", "é", '"'])
def test_where_one_begins(before: str) -> None:
    """Behind an escape, an encoded sign or a colour as well, though these end with a letter."""
    assert redact(f"{before}{KEY} x") == f"{before}{MASK} x"


@pytest.mark.parametrize("before", ["a", "1", "_", "-"])
def test_a_part_of_a_longer_word_is_none(before: str) -> None:
    """Words that contain the beginning of a key, such as risk-averse, are ordinary."""
    assert redact(f"{before}{KEY}") == f"{before}{KEY}"


def test_a_chain_of_words_is_none() -> None:
    """Names of packages and things begin like keys."""
    text = "glass-reinforced-plastics sk-learn-contrib-estimators pypi-attestations-are-nice"
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{BEGIN}\nabc\n{END} x", f"{MASK}\n{MASK}\n{MASK} x"),
        (f"{BEGIN}\\n{A}\\n{END}", MASK),
        (f"{BEGIN} is missing in {A[:8]}", f"{MASK} is missing in {A[:8]}"),
        (f"{BEGIN}\n{A}\n{A}\n\nplain text", f"{MASK}\n{MASK}\n{MASK}\n\nplain text"),
        (f"{BEGIN}\nProc-Type: 4,ENCRYPTED\n\n{A}\nMIIab==\nx", "\n".join([MASK] * 5) + "\nx"),
        (f"{BEGIN}\n{A}\n{BEGIN}\n{A}\n{END}", "\n".join([MASK] * 5)),
        (f"{BEGIN}\n{'x. ' * 6000}{END}", f"{MASK}\n{'x. ' * 6000}{END}"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nx\n-----END PGP PRIVATE KEY BLOCK-----", "\n".join([MASK] * 4)),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", "-----BEGIN CERTIFICATE-----\nMIIB\n"),
    ],
)
def test_private_keys(text: str, shown: str) -> None:
    """Up to their end; where none is, as far as it looks like a key, each line for itself."""
    assert redact(text) == shown


def test_random_identifiers_are_none() -> None:
    """UUIDs, hashes of all lengths, base64 of pictures: of a thousand of each, none."""
    draw = random.Random(7)
    for _ in range(1000):
        number = draw.getrandbits(512)
        texts = [str(uuid.UUID(int=number >> 384)), f"{number:x}"[:64], f"{number:x}"[:40], f"{number:X}"[:32]]
        texts.append(f"data:image/png;base64,{base64.b64encode(draw.randbytes(300)).decode()}")
        texts.append(base64.urlsafe_b64encode(draw.randbytes(48)).decode())
        assert redact(" ".join(texts)) == " ".join(texts)
