"""Channels that fail are reported once, and taken back once."""

import pytest

from coven_watchdog.deliver.conditions import Conditions
from coven_watchdog.deliver.delivery import Settlement
from coven_watchdog.deliver.parcel import Receipt
from coven_watchdog.model.facts import OwnTrouble
from coven_watchdog.model.looks import ChannelLook
from coven_watchdog.model.telling import Attempt
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, ChannelState, NotificationState
from coven_watchdog.settings import Channel, Secret, Settings

pytestmark = pytest.mark.anyio

WEB = Channel(name="web", url=Secret("json://me:secret@host/path"))
MAIL = Channel(name="mail", url=Secret("mailto://me:secret@host"))
IRC = Channel(name="irc", url=Secret("irc://host/#channel"))
SURE = Channel(name="sure", url=Secret("mqtt://host/topic?qos=1"))
DESK = Channel(name="desk", url=Secret("desktop://"))
NOW = Instant(wall=5 * SECOND, awake=SECOND)


class Reported:
    """Conditions of some channels, and what they report as (topic, trouble)."""

    def __init__(self, *channels: Channel) -> None:
        self.troubles: list[tuple[str, str | None]] = []
        self.since: list[int | None] = []
        self.now = NOW
        self.routed = True
        self.conditions = Conditions(lambda: Settings(channels=channels), lambda: self.now, self._take, lambda: self.routed)

    async def _take(self, trouble: OwnTrouble) -> None:
        self.troubles.append((trouble.topic, trouble.trouble))
        self.since.append(trouble.since)

    async def fail(
        self,
        channel: Channel,
        *,
        times: int = 1,
        state: NotificationState = NotificationState.QUEUED,
        unreachable: bool = False,
        refused_url: bool = False,
    ) -> None:
        """Let tries of this channel fail."""
        receipt = Receipt("a.1", AttemptOutcome.TEMPORARY, unreachable=unreachable, refused_url=refused_url)
        settled = Settlement(Attempt(NOW.wall, receipt.outcome, "it broke"), state)
        for _ in range(times):
            await self.conditions.learn(channel, receipt, settled, self.now)

    async def later(self, span: int, *channels: Channel) -> None:
        """Let time pass, after which the workers of these channels look."""
        self.now = Instant(self.now.wall + span, self.now.awake + span)
        for channel in channels:
            await self.conditions.review(channel)

    async def succeed(self, channel: Channel) -> None:
        """Let a try of this channel succeed."""
        attempt = Attempt(self.now.wall, AttemptOutcome.ACCEPTED)
        settled = Settlement(attempt, NotificationState.SENT)
        await self.conditions.learn(channel, Receipt("a.1", attempt.outcome), settled, self.now)


async def test_five_failures_are_told_once() -> None:
    """The fifth in a row is reported, the sixth no more, and the next success takes it back."""
    watched = Reported(WEB)
    await watched.fail(WEB, times=4)
    assert watched.troubles == []
    await watched.fail(WEB, times=3)
    assert watched.troubles == [("channel:web", "5 tries failed: it broke")]
    assert watched.since == [NOW.wall]
    await watched.succeed(WEB)
    await watched.succeed(WEB)
    assert watched.troubles[1:] == [("channel:web", None)]


async def test_a_lost_message_is_told_at_once() -> None:
    """What will never arrive is reported with the first failure."""
    watched = Reported(WEB)
    await watched.fail(WEB, state=NotificationState.FAILED)
    assert watched.troubles == [("channel:web", "a message was lost: it broke")]


async def test_a_refused_url_is_a_fault_of_the_configuration() -> None:
    """It is reported as such, under its channel's name, and not as a failing service."""
    watched = Reported(WEB)
    await watched.fail(WEB, state=NotificationState.FAILED, refused_url=True)
    await watched.succeed(WEB)
    assert watched.troubles == [("self:config.channel.web", "channel web: it broke"), ("self:config.channel.web", None)]


async def test_no_network_is_no_failing_channel() -> None:
    """While no remote channel connects none of them is accused; the desktop still is."""
    watched = Reported(WEB, MAIL, DESK)
    await watched.fail(MAIL, unreachable=True)
    await watched.fail(WEB, times=9, unreachable=True)
    assert watched.troubles == []
    await watched.fail(DESK, times=5, unreachable=True)
    assert [topic for topic, _ in watched.troubles] == ["channel:desk"]
    await watched.succeed(MAIL)
    await watched.fail(WEB, unreachable=True)
    assert [topic for topic, _ in watched.troubles] == ["channel:desk", "channel:web"]


async def test_ten_minutes_without_a_try() -> None:
    """A channel whose next try is far off is reported when its time is over all the same."""
    watched = Reported(WEB)
    await watched.fail(WEB)
    await watched.later(10 * MINUTE - 1, WEB)
    assert watched.troubles == []
    await watched.later(1, WEB)
    await watched.later(MINUTE, WEB)
    assert watched.troubles == [("channel:web", "1 tries failed: it broke")]


async def test_the_network_comes_back() -> None:
    """While all is out of reach nothing is reported, however long; once one connects, the other is, without another try."""
    watched = Reported(WEB, MAIL, DESK)
    await watched.fail(MAIL, unreachable=True)
    await watched.fail(WEB, times=9, unreachable=True)
    await watched.later(12 * HOUR, WEB, MAIL, DESK)
    assert watched.troubles == []
    await watched.succeed(MAIL)
    await watched.later(SECOND, WEB, MAIL, DESK)
    assert watched.troubles == [("channel:web", "9 tries failed: it broke")]
    await watched.succeed(WEB)
    assert watched.troubles[1:] == [("channel:web", None)]


async def test_a_single_channel_without_a_route() -> None:
    """A machine with one remote channel and no way out does not accuse that channel; with a way out it does."""
    watched = Reported(WEB, DESK)
    watched.routed = False
    await watched.fail(WEB, times=9, unreachable=True)
    await watched.later(HOUR, WEB)
    assert watched.troubles == []
    watched.routed = True
    await watched.later(SECOND, WEB)
    assert watched.troubles == [("channel:web", "9 tries failed: it broke")]


async def test_a_message_that_is_given_up_is_told() -> None:
    """A message that will never come is told even while our own network is down."""
    watched = Reported(WEB, MAIL)
    await watched.fail(MAIL, unreachable=True)
    await watched.fail(WEB, unreachable=True, state=NotificationState.GIVEN_UP)
    assert watched.troubles == [("channel:web", "a message was lost: it broke")]


async def test_a_stumbling_worker() -> None:
    """A fault of ours is reported, and taken back when the worker walks, unless its messages fail too."""
    watched = Reported(WEB)
    await watched.conditions.stumbled("web", ValueError("token=abcdef123456"))
    assert watched.troubles == [("channel:web", "its worker stumbled: ValueError: token=[redacted]")]
    await watched.conditions.walks("web")
    assert watched.troubles[-1] == ("channel:web", None)
    await watched.conditions.stumbled("web", ValueError("x"))
    await watched.fail(WEB)
    await watched.conditions.walks("web")
    assert len(watched.troubles) == 3


async def test_the_log_says_it_once(caplog: pytest.LogCaptureFixture) -> None:
    """The same failure is logged once, and the next success says how many there were."""
    caplog.set_level("INFO", "coven_watchdog.deliver.conditions")
    watched = Reported(WEB)
    await watched.fail(WEB, times=3)
    await watched.succeed(WEB)
    await watched.succeed(WEB)
    assert caplog.messages == ["channel web: it broke", "channel web delivers again after 3 failed tries"]


async def test_a_removed_channel_is_forgotten() -> None:
    """Its trouble is over; what was never reported needs no taking back."""
    watched = Reported(WEB)
    await watched.fail(WEB, times=5)
    await watched.conditions.forget("web")
    await watched.conditions.forget("web")
    await watched.conditions.forget("unknown")
    assert watched.troubles[1:] == [("channel:web", None)]


async def test_what_the_run_before_reported_is_taken_back() -> None:
    """A channel that was failing when the run before ended is well with its first success; it is not reported again before."""
    watched = Reported(WEB, MAIL)
    watched.conditions.remember(["channel:web", "self:config.channel.web", "self:store"])
    await watched.fail(WEB, times=6)
    await watched.succeed(MAIL)
    assert watched.troubles == []
    await watched.succeed(WEB)
    await watched.succeed(WEB)
    assert watched.troubles == [("channel:web", None), ("self:config.channel.web", None)]


async def test_what_the_run_before_reported_of_a_removed_channel() -> None:
    """Trouble of a channel that was removed while nobody watched is taken back at once."""
    watched = Reported(WEB)
    watched.conditions.remember(["channel:web", "channel:gone"])
    await watched.conditions.forget_others()
    assert watched.troubles == [("channel:gone", None)]


async def test_a_restart_knows_how_channels_stood() -> None:
    """The last success, the last error and that it fails are known before the first try; the network is judged by tries of this run."""
    watched = Reported(WEB, MAIL)
    before = ChannelLook("web", "json://****", "failing", last_error="it broke", last_sent_at=7, failures=4)
    watched.conditions.remember((), [before, ChannelLook("mail", "mailto://****", "ok", last_sent_at=8)])
    web, mail = watched.conditions.looks()
    assert (web.state, web.last_error, web.last_sent_at) == (ChannelState.FAILING, "it broke", 7)
    assert (mail.state, mail.last_sent_at) == (ChannelState.OK, 8)
    await watched.later(HOUR, WEB)
    assert watched.troubles == []
    await watched.fail(WEB)
    assert watched.troubles == [("channel:web", "5 tries failed: it broke")]


async def test_a_success_that_proves_little() -> None:
    """A channel that says it sent whatever happens stays unproven, with the reason; its failures are failures."""
    watched = Reported(IRC, SURE)
    await watched.succeed(IRC)
    await watched.succeed(SURE)
    irc, sure = watched.conditions.looks()
    assert (irc.state, irc.last_sent_at) == (ChannelState.UNPROVEN, NOW.wall)
    assert irc.doubt.startswith("irc:// reports success even when")
    assert (sure.state, sure.doubt) == (ChannelState.OK, "")
    await watched.fail(IRC)
    assert watched.conditions.looks()[0].state == ChannelState.FAILING


async def test_looks() -> None:
    """Each configured channel is shown with its masked URL, its state, its last error and its last success."""
    watched = Reported(WEB, MAIL, DESK, Channel(name="bare"))
    await watched.succeed(WEB)
    await watched.fail(MAIL)
    web, mail, desk, bare = watched.conditions.looks()
    assert (web.state, web.last_sent_at) == (ChannelState.OK, NOW.wall)
    assert (mail.state, mail.last_error) == (ChannelState.FAILING, "it broke")
    assert (desk.state, desk.url) == (ChannelState.UNPROVEN, "desktop://")
    assert (bare.name, bare.url) == ("bare", "")
    assert "secret" not in f"{web}{mail}"
