"""What the outbox needs of others, as far as it uses it: the store behind it and the couriers before it."""

from typing import Protocol, runtime_checkable

from coven_watchdog.deliver.parcel import Parcel, Receipt
from coven_watchdog.model.telling import Attempt
from coven_watchdog.model.words import NotificationState
from coven_watchdog.store import Claim


@runtime_checkable
class OutboxStore(Protocol):
    """The outbox side of the store."""

    async def next_due(self, channel: str, now: int) -> int | None:
        """When (wall µs) the channel's head of line may be tried; None if nothing waits."""
        ...

    async def claim(self, channel: str, now: int) -> Claim | None:
        """Take the head of line, if it is due and nobody else has it."""
        ...

    async def settle(
        self, claim: Claim, attempt: Attempt, state: NotificationState, next_attempt_at: int | None = None
    ) -> None:
        """Record what came of it, and where the message is now.

        Raises:
            StoreError: it cannot be written, or the message is in other hands.
        """
        ...

    async def release(self, channel: str | None = None) -> int:
        """Put back what is in hand on this channel; it is sent again under the same id."""
        ...


@runtime_checkable
class Couriers(Protocol):
    """Who carries parcels."""

    def prepare(self, channel: str, *, local: bool) -> None:
        """Get a courier ready: there will be a parcel."""
        ...

    async def send(self, channel: str, parcel: Parcel) -> Receipt:
        """Carry it, within its time-out.

        Raises:
            ReplacedError: the installed package is not ours any more.
        """
        ...

    def retire(self, keep: frozenset[str]) -> None:
        """Let go of the couriers of all other channels."""
        ...
