"""What a test does when a real component is not to be had: in CI that is a failure, elsewhere a skip that says how to install it."""

import os
from typing import NoReturn

import pytest


def absent(what: str, install: str) -> NoReturn:
    """End the test here.

    Args:
        what: the component and why it cannot be used.
        install: the command that would change that.
    """
    message = f"{what}; install it with: {install}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)

    pytest.skip(message)
