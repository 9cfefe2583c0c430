"""Receipts go in, the watchdog's own troubles come out: which channels fail, told once until they are well again."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from coven_watchdog.config import doubt, masked
from coven_watchdog.deliver.condition import Condition, failed, failing, offline, sent
from coven_watchdog.deliver.delivery import Settlement
from coven_watchdog.deliver.network import routed
from coven_watchdog.deliver.parcel import Receipt
from coven_watchdog.model.facts import SELF_HOME, OwnTrouble
from coven_watchdog.model.looks import ChannelLook
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import ChannelState, NotificationState
from coven_watchdog.redact import redact
from coven_watchdog.settings import Channel, Settings

logger = logging.getLogger(__name__)

_FAILING = "channel:"
_REFUSED = "self:config.channel."


class Conditions:
    """The conditions of all channels since this process started.

    Args:
        settings: the settings as they are now.
        now: reads the clock.
        report: takes the troubles.
        routed: asks whether this machine has a way to the rest of the world.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        now: Callable[[], Instant],
        report: Callable[[OwnTrouble], Awaitable[None]],
        routed: Callable[[], bool] = routed,
    ) -> None:
        self._settings = settings
        self._now = now
        self._report = report
        self._routed = routed
        self._of: dict[str, Condition] = {}

    def remember(self, topics: Iterable[str], looks: Iterable[ChannelLook] = ()) -> None:
        """What the run before knew, and what it reported and did not take back: a channel is well once it has delivered.

        Args:
            topics: what was reported; others than ours are left alone.
            looks: how the channels stood.
        """
        for look in looks:
            self._of[look.name] = Condition(failures=look.failures, error=look.last_error, sent_at=look.last_sent_at)

        for topic in topics:
            for beginning in (_FAILING, _REFUSED):
                if topic.startswith(beginning):
                    name = topic.removeprefix(beginning)
                    self._of[name] = replace(self._get(name), told=self._get(name).told | {topic})

    async def learn(self, channel: Channel, receipt: Receipt, settled: Settlement, now: Instant, tries: int = 0) -> None:
        """Fold in what a try came to (the message's `tries`-th), and report what that makes of the channel."""
        if settled.state is NotificationState.SENT:
            await self._well(channel.name)
            self._of[channel.name] = sent(now)
            return

        lost = settled.state in {NotificationState.FAILED, NotificationState.GIVEN_UP}
        error = settled.attempt.error
        before = self._get(channel.name)
        if error != before.error:
            # The same words again are counted, not said.
            logger.warning("channel %s: %s", channel.name, error)

        condition = failed(before, error, now, lost=lost, unreachable=receipt.unreachable, tries=tries)
        self._of[channel.name] = replace(condition, refused=receipt.refused_url)
        if receipt.refused_url:
            await self._tell(f"{_REFUSED}{channel.name}", channel.name, f"channel {channel.name}: {error}")
        else:
            await self.review(channel)

    async def review(self, channel: Channel) -> None:
        """Report it if it fails for long enough; but not while our own network is what is down, unless a message is lost."""
        condition = self._get(channel.name)
        if failing(condition, self._now()) and (channel.local or condition.lost or not self._offline()):
            told = "a message was lost" if condition.lost else f"{condition.failures} tries failed"
            await self._tell(f"{_FAILING}{channel.name}", channel.name, f"{told}: {condition.error}")

    async def stumbled(self, name: str, error: Exception) -> None:
        """Report a fault of our own in a channel's worker."""
        await self._tell(f"{_FAILING}{name}", name, redact(f"its worker stumbled: {type(error).__name__}: {error}"))

    async def walks(self, name: str) -> None:
        """The worker is on its feet again; what its messages came to stands."""
        if not self._get(name).failures:
            await self.forget(name)

    async def forget(self, name: str) -> None:
        """Take back what was reported: the channel is well, or gone."""
        for topic in sorted(self._of.pop(name, Condition()).told):
            await self._report(OwnTrouble(SELF_HOME, self._now(), topic=topic, trouble=None))

    async def forget_others(self) -> None:
        """Take back what was reported of channels that are not configured any more."""
        for name in self._of.keys() - {channel.name for channel in self._settings().channels}:
            await self.forget(name)

    def looks(self) -> tuple[ChannelLook, ...]:
        """The configured channels as they are known, their URLs masked."""
        return tuple(self._look(channel, self._get(channel.name)) for channel in self._settings().channels)

    async def _well(self, name: str) -> None:
        failures = self._get(name).failures
        if failures:
            logger.info("channel %s delivers again after %d failed tries", name, failures)

        await self.forget(name)

    def _get(self, name: str) -> Condition:
        return self._of.get(name, Condition())

    def _offline(self) -> bool:
        remote = [self._get(channel.name) for channel in self._settings().channels if not channel.local]
        return offline(remote, routed=self._routed)

    async def _tell(self, topic: str, name: str, trouble: str) -> None:
        condition, now = self._get(name), self._now()
        if topic in condition.told:
            return

        self._of[name] = replace(condition, told=condition.told | {topic})
        since = condition.since or now
        await self._report(OwnTrouble(SELF_HOME, now, topic=topic, trouble=trouble, since=since.wall))

    @staticmethod
    def _look(channel: Channel, condition: Condition) -> ChannelLook:
        url = channel.url.reveal() if channel.url else ""
        proven = condition.state is not ChannelState.OK or not doubt(url)
        return ChannelLook(
            name=channel.name,
            url=masked(url) if url else "",
            state=condition.state if proven else ChannelState.UNPROVEN,
            last_error=condition.error,
            last_sent_at=condition.sent_at,
            failures=condition.failures,
            doubt=doubt(url),
        )
