"""Receipts go in, the watchdog's own troubles come out: which channels fail, told once until they are well again."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from coven_watchdog.config import doubt, masked
from coven_watchdog.deliver.condition import Condition, failed, failing, offline, sent
from coven_watchdog.deliver.delivery import Settlement
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
    """

    def __init__(
        self, settings: Callable[[], Settings], now: Callable[[], Instant], report: Callable[[OwnTrouble], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._now = now
        self._report = report
        self._of: dict[str, Condition] = {}

    def remember(self, topics: Iterable[str]) -> None:
        """What the run before reported and did not take back: a channel is well once it has delivered. Other topics are not ours."""
        for topic in topics:
            for beginning in (_FAILING, _REFUSED):
                if topic.startswith(beginning):
                    name = topic.removeprefix(beginning)
                    self._of[name] = replace(self._get(name), told=self._get(name).told | {topic})

    async def learn(self, channel: Channel, receipt: Receipt, settled: Settlement, now: Instant) -> None:
        """Fold in what a try came to, and report what that makes of the channel."""
        if settled.state is NotificationState.SENT:
            await self._well(channel.name)
            self._of[channel.name] = sent(now)
            return

        lost = settled.state is NotificationState.FAILED
        error = settled.attempt.error
        before = self._get(channel.name)
        if error != before.error:
            # The same words again are counted, not said.
            logger.warning("channel %s: %s", channel.name, error)

        condition = failed(before, error, now, lost=lost, unreachable=receipt.unreachable)
        self._of[channel.name] = condition
        if receipt.refused_url:
            await self._tell(f"{_REFUSED}{channel.name}", channel.name, f"channel {channel.name}: {error}")
        elif failing(condition, now) and (channel.local or not self._offline()):
            told = "a message was lost" if lost else f"{condition.failures} tries failed"
            await self._tell(f"{_FAILING}{channel.name}", channel.name, f"{told}: {error}")

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
        return offline([self._get(channel.name) for channel in self._settings().channels if not channel.local])

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
        unproven = condition.state is ChannelState.OK and doubt(url)
        return ChannelLook(
            name=channel.name,
            url=masked(url) if url else "",
            state=ChannelState.UNPROVEN if unproven else condition.state,
            last_error=condition.error,
            last_sent_at=condition.sent_at,
        )
