"""What the outbox asks for is what the real store and pool give."""

import os
from pathlib import Path

import pytest

from coven_watchdog import clock
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.ports import Couriers, OutboxStore
from coven_watchdog.store import open_store

pytestmark = pytest.mark.anyio


async def test_the_store_fits(tmp_path: Path) -> None:
    """The store is an outbox's store."""
    async with open_store(tmp_path, now=clock.now(), boot="b") as store:
        fitting: OutboxStore = store
        assert isinstance(fitting, OutboxStore)


def test_the_pool_fits() -> None:
    """The pool carries parcels."""
    fitting: Couriers = CourierPool(os.environ)
    assert isinstance(fitting, Couriers)
