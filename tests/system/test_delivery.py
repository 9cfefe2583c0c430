"""Messages arrive at real servers, or it is plain that they do not: mail, MQTT, IRC, and HTTP services that ask to wait."""

import os
from collections.abc import Iterator
from dataclasses import replace

import anyio
import pytest

from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.deliver.parcel import Parcel, Receipt
from coven_watchdog.model.words import AttemptOutcome
from deliver.letters import ALERT
from rigs.brokers import Broker, Chat, mosquitto, ngircd
from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch, channel
from rigs.sinks import HttpSink, Mailbox, hanging, http_sink, smtp_sink
from waiting import until

_SECOND = 1_000_000_000


@pytest.fixture
def environ() -> dict[str, str]:
    """What a courier has in its environment, and what measures its coverage."""
    return environment(os.environ) | {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}


@pytest.fixture
def broker() -> Iterator[Broker]:
    """An MQTT broker."""
    with mosquitto() as running:
        yield running


@pytest.fixture
def chat() -> Iterator[Chat]:
    """An IRC server."""
    with ngircd() as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server."""
    with smtp_sink() as running:
        yield running


@pytest.fixture
def http() -> Iterator[HttpSink]:
    """An HTTP server."""
    with http_sink() as running:
        yield running


def _carried(parcel: Parcel, environ: dict[str, str]) -> Receipt:
    """What becomes of it in a courier."""

    async def send() -> Receipt:
        async with CourierPool(environ) as pool:
            return await pool.send("test", parcel)

    return anyio.run(send)


def test_mqtt(broker: Broker, environ: dict[str, str]) -> None:
    """With qos 1 the broker confirms: the message is at a subscriber, whole."""
    receipt = _carried(replace(ALERT, url=f"mqtt://127.0.0.1:{broker.port}/coven/alerts?qos=1"), environ)
    assert receipt.outcome is AttemptOutcome.ACCEPTED, receipt
    ((topic, text, qos),) = broker.wait()
    assert (topic, qos) == ("coven/alerts", 1)
    assert text.splitlines() == [ALERT.title, *ALERT.body.splitlines()]


def test_mqtt_without_confirmation(environ: dict[str, str]) -> None:
    """With qos 0 a server that never says a word passes for a success, which is why it stays unproven; with qos 1 it fails."""
    with hanging() as port:
        url = f"mqtt://127.0.0.1:{port}/coven/alerts"
        assert _carried(replace(ALERT, url=url), environ).outcome is AttemptOutcome.ACCEPTED
        confirmed = _carried(replace(ALERT, url=f"{url}?qos=1"), environ)

    assert (confirmed.outcome, confirmed.error) == (AttemptOutcome.TEMPORARY, "The MQTT message could not be delivered")


def test_irc(chat: Chat, environ: dict[str, str]) -> None:
    """Every line of the message is said in the channel."""
    receipt = _carried(replace(ALERT, url=f"irc://127.0.0.1:{chat.port}/%23coven"), environ)
    assert receipt.outcome is AttemptOutcome.ACCEPTED, receipt
    assert chat.wait(3) == [ALERT.title, *ALERT.body.splitlines()]


def test_irc_to_nobody(chat: Chat, environ: dict[str, str]) -> None:
    """A person who is not there passes for a success, which is why IRC stays unproven; a closed channel does not, with its reason."""
    nobody = _carried(replace(ALERT, url=f"irc://127.0.0.1:{chat.port}/@nobody"), environ)
    closed = _carried(replace(ALERT, url=f"irc://127.0.0.1:{chat.port}/%23closed?join=yes"), environ)
    assert (nobody.outcome, closed.outcome) == (AttemptOutcome.ACCEPTED, AttemptOutcome.TEMPORARY)
    assert "Invited users only" in closed.error
    assert chat.said == []


def test_mail_of_the_real_thing(coven: RealCoven, watching: Watch, mailbox: Mailbox, chat: Chat, broker: Broker) -> None:
    """A crash of the real Coven and its recovery arrive by mail, by MQTT and by IRC, each told once, under one token."""
    coven.start()
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=watch@example.com&to=me@example.com&mode=insecure"
    urls = {
        "mail": mail,
        "mqtt": f"mqtt://127.0.0.1:{broker.port}/coven?qos=1",
        "irc": f"irc://127.0.0.1:{chat.port}/%23coven",
    }
    tables = "".join(f'\n[[channels]]\nname = "{name}"\nurl = "{url}"\n' for name, url in urls.items())
    program = watching(coven, channels=tables)
    coven.kill()
    (crash,) = mailbox.wait(1)
    token = crash.get_content().split()[-1]
    assert "Coven crashed on devbox" in crash["Subject"]
    assert broker.wait(1)[0][1].split()[-1] == token
    until(lambda: [line for line in chat.said if line.endswith(token)], 30)
    coven.start()
    back = mailbox.wait(2)[1]
    assert back.get_content().split()[-1] == token.replace(".1", ".2")
    assert broker.wait(2)[1][1].split()[-1] == token.replace(".1", ".2")
    until(lambda: [line for line in chat.said if line.endswith(token.replace(".1", ".2"))], 30)
    states = {one["name"]: one["state"] for one in until(lambda: _all_sent(program.json("status")["channels"]))}
    assert states == {"mail": "ok", "mqtt": "ok", "irc": "unproven"}
    assert (len(mailbox.got), len(broker.got)) == (2, 2)


def _all_sent(channels: list[dict[str, object]]) -> list[dict[str, object]] | None:
    return channels if all(one["last_sent_at"] and not one["pending"] for one in channels) else None


def test_a_service_that_asks_to_wait(coven: RealCoven, watching: Watch, http: HttpSink) -> None:
    """After a 429 with `Retry-After: 3` the next try comes no sooner than that, and the message arrives once, under its id."""
    coven.start()
    http.statuses, http.headers = [429], {"Retry-After": "3"}
    program = watching(coven, channels=f'\n[[channels]]\nname = "sink"\nurl = "{http.url}"\n')
    coven.kill()
    refused, accepted = http.wait(2)
    assert refused.json == accepted.json
    assert accepted.at - refused.at >= 3 * _SECOND
    log = until(lambda: [one for one in program.json("notify", "log")["notifications"] if one["state"] == "sent"])
    assert [attempt["outcome"] for attempt in log[0]["attempts"]] == ["temporary", "accepted"]
    assert log[0]["id"] == accepted.json["message"].split()[-1]
    coven.start()
    assert http.wait(3)[2].json["message"].split()[-1] == log[0]["id"].replace(".1", ".2")


def test_a_refusal_is_told_on_the_others(coven: RealCoven, watching: Watch, inbox: Inbox, http: HttpSink) -> None:
    """What a service refuses for good is tried once and told on the other channel, not on itself; a success takes it back."""
    coven.start()
    http.status = 403
    tables = channel(inbox, min_severity="info") + f'\n[[channels]]\nname = "bad"\nurl = "{http.url}"\n'
    program = watching(coven, '[alerts]\ngroup_wait = "0s"\ngroup_interval = "0s"\n', channels=tables)
    coven.kill()
    inbox.until(lambda letters: any(letter.kind == "watchdog.channel_failing" for letter in letters))
    (failing,) = inbox.of("watchdog.channel_failing")
    assert "Channel bad does not deliver" in failing.title
    assert "403" in failing.body
    failed = program.json("notify", "log", "--failed")["notifications"]
    assert [(one["channel"], one["state"], len(one["attempts"])) for one in failed] == [("bad", "failed", 1)]
    http.status = 200
    coven.start()
    inbox.until(lambda letters: len([one for one in letters if one.kind == "watchdog.channel_failing"]) == 2, 60)
    assert "delivers again" in inbox.of("watchdog.channel_failing")[1].title
    assert not [one for one in http.got if "channel_failing" in one.json["message"]]


def test_a_failing_channel_over_a_restart(coven: RealCoven, watching: Watch, inbox: Inbox, http: HttpSink) -> None:
    """A service that is down is told once, on the other channel; a killed watchdog knows of it at once in its next life, and takes it back."""
    coven.start()
    http.status = 503
    tables = channel(inbox) + f'\n[[channels]]\nname = "bad"\nurl = "{http.url}"\n'
    program = watching(coven, channels=tables)
    coven.kill()
    inbox.until(lambda letters: any(letter.kind == "watchdog.channel_failing" for letter in letters), 60)
    until(lambda: _all_sent([one for one in program.json("status")["channels"] if one["name"] == "sink"]))
    program.kill()
    program.start()
    bad = next(one for one in program.json("status")["channels"] if one["name"] == "bad")
    assert (bad["state"], "503" in bad["last_error"], bad["pending"]) == ("failing", True, 1)
    http.status = 200
    inbox.until(lambda letters: len([one for one in letters if one.kind == "watchdog.channel_failing"]) == 2, 90)
    failing, back = inbox.of("watchdog.channel_failing")
    assert failing.incident == back.incident
    assert "delivers again" in back.title
    assert [one.json["message"].split()[-1] for one in http.got][-1] == inbox.of("daemon.crashed")[0].token


def test_a_hanging_channel(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A channel that accepts and never answers delays no other, neither the alert nor the recovery, nor the end of the service."""
    coven.start()
    with hanging() as port:
        tables = channel(inbox) + f'\n[[channels]]\nname = "bad"\nurl = "json://127.0.0.1:{port}/?rto=600"\n'
        program = watching(coven, channels=tables)
        coven.kill()
        assert inbox.wait(1)[0].kind == "daemon.crashed"
        coven.start()
        assert inbox.wait(2)[1].kind == "daemon.crashed"
        assert program.stop() == 0
