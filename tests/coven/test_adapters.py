"""Tests of `coven.adapters`."""

import json

import pytest

from coven_watchdog.coven.adapters import decode_adapters
from coven_watchdog.errors import NotContractError


def test_only_what_is_available_is_offered() -> None:
    """Neither what is planned, nor what stands there without a word."""
    rows = [{"id": "a", "status": "available", "actions": []}, {"id": "b", "status": "planned"}, {"id": "c"}]
    assert decode_adapters(json.dumps({"capabilities": rows}).encode()) == ("a",)
    assert len(decode_adapters(json.dumps({"capabilities": rows * 1000}).encode())) < 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"capabilities": {}}', b'{"capabilities": [{"status": "available"}]}'])
def test_anything_else_is_not_the_contract(body: bytes) -> None:
    """Nothing is made of it."""
    with pytest.raises(NotContractError):
        decode_adapters(body)
