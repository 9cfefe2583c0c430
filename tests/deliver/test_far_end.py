"""What services get, as it is seen at their end: Apprise as it is, with a double of the internet behind it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from coven_watchdog.deliver.couriers import environment
from coven_watchdog.deliver.parcel import Parcel
from coven_watchdog.deliver.priority import _LEVELS
from coven_watchdog.model.words import Priority, Tone
from deliver.letters import ALERT
from deliver.test_courier import Courier, started
from rigs.far_end import FarEnd, Hit, Reply, far_end

CRITICAL = replace(ALERT, timeout=10.0)
WARNING = replace(CRITICAL, id="k7fq.2", title="Still down", tone=Tone.WARNING, priority=Priority.DEFAULT)
RESOLVED = replace(CRITICAL, id="k7fq.3", title="Coven is back", tone=Tone.SUCCESS, priority=Priority.LOW)
OTHER = replace(CRITICAL, id="x2m4.1")

HERE = "192.0.2.1"
"""An address of nobody: the proxy answers for it."""
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJvcmdhbml6YXRpb25faWQiOiJhYmMtMTIzIn0.Ab-Cd_EfGhIjKlMnOpQrStUvWxYz0123456789"
TREE = "int_xxxxxxxxxxx"
FIRE = "signals.firehydrant.com/notification-priority"


@dataclass(frozen=True)
class Service:
    """One service: its URL, its host, where the priority stands in what it gets, and which it gets for the three messages."""

    url: str
    host: str
    where: tuple[str, ...]
    critical: object
    warning: object
    resolved: object
    answer: bytes = b"{}"

    @property
    def name(self) -> str:
        """Its scheme."""
        return self.url.partition("://")[0]


SERVICES = (
    Service(f"bark://{HERE}/key", HERE, ("level",), "timeSensitive", "active", "passive"),
    Service("exotel://sid:token@15551234567/15557654321", "api.exotel.com", ("Priority",), "high", "normal", "normal"),
    Service(f"firehydrant://{JWT}", "signals.firehydrant.com", ("annotations", FIRE), "HIGH", "MEDIUM", "LOW"),
    Service(f"gorush://{HERE}/token", HERE, ("notifications", "priority"), "high", "normal", "normal"),
    Service(f"gotify://{HERE}/token", HERE, ("priority",), 10, 5, 3),
    Service("ilert://il1api0123456789abcdef0123456789abcdef", "api.ilert.com", ("priority",), "HIGH", None, "LOW"),
    Service("jira://apikey/", "api.atlassian.com", ("priority",), "P1", "P3", "P4", b'{"requestId": "1"}'),
    Service(f"join://{'a' * 32}", "joinjoaomgcd.appspot.com", ("priority",), "2", "0", "-1"),
    Service(
        f"lametric://root:8b799edf-6f98-4d3a-9be7-2862fb4e5752@{HERE}/", HERE, ("priority",), "critical", "warning", "info"
    ),
    Service("lauther://lpt_abc123", "api.lauther.id", ("priority",), 2, 0, -1),
    Service(f"nctalk://user:pass@{HERE}/room", HERE, ("silent",), None, None, resolved=True),
    Service("ntfy://topic", "ntfy.sh", ("X-Priority",), "max", None, "low"),
    Service("opsgenie://apikey/", "api.opsgenie.com", ("priority",), "P1", "P3", "P4", b'{"requestId": "1"}'),
    Service("pagerduty://route@key", "events.pagerduty.com", ("payload", "severity"), "critical", "warning", None),
    Service(f"pagertree://{TREE}", "api.pagertree.com", ("urgency",), "critical", "medium", None),
    Service(f"pinglet://abc123@{HERE}/acme/deploys", HERE, ("priority",), "urgent", "normal", "silent"),
    Service(f"pover://{'u' * 30}@{'a' * 30}", "api.pushover.net", ("priority",), "1", "0", "-1"),
    Service(f"prowl://{'a' * 40}", "api.prowlapp.com", ("priority",), "2", "0", "-1"),
    Service(f"psafers://{'e' * 20}", "www.pushsafer.com", ("pr",), "2", "0", "-1", b'{"status": 1}'),
    Service("pushward://hlk_abc123", "api.pushward.app", ("level",), "time-sensitive", "active", "passive"),
    Service("signalgrid://abcdef/channel", "api.signalgrid.co", ("critical",), "true", "false", "false"),
    Service("simplepush://AAAAAAAAAAAAAA", "api.simplepu.sh", ("priority",), 5, 3, 2),
    Service("spush://AAAAAAAAAAAAAA", "api.simplepu.sh", ("priority",), 5, 3, 2),
    Service(
        f"smseagle://token@{HERE}/11111111111/", HERE, ("params", "highpriority"), 1, 0, 0, b'{"result": {"status": "ok"}}'
    ),
    Service(f"squadcast://{'7' * 40}", "api.squadcast.com", ("priority",), "P1", "P3", "P4"),
    Service(
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "api.telegram.org",
        ("disable_notification",),
        critical=False,
        warning=False,
        resolved=True,
    ),
    Service(
        "trigvs://trgv_a1b2c3d4_0123456789abcdef0123456789abcdef",
        "api.trigv.com",
        ("delivery_urgency",),
        "time_sensitive",
        "standard",
        "standard",
    ),
    Service("youlmk://ylk_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", "youlmk.com", ("priority",), "critical", "normal", "low"),
    Service(f"pbul://{'a' * 32}", "api.pushbullet.com", ("priority",), None, None, None),
)
"""Pushbullet knows no priorities; PagerDuty and PagerTree are told of a recovery by the alert's name alone."""

OUT_OF_REACH = {"fcm", "growl"}
"""Not over HTTP, or only with a library that is not installed."""

ALERTS = {
    "firehydrant": ("idempotency_key", "status", ("OPEN", "CLOSED")),
    "goalert": ("dedup", "action", (None, "close")),
    "ilert": ("alertKey", "eventType", ("ALERT", "RESOLVE")),
    "incidentio": ("deduplication_key", "status", ("firing", "resolved")),
    "pagerduty": ("dedup_key", "event_action", ("trigger", "resolve")),
    "pagertree": ("id", "event_type", ("create", "resolve")),
    "signl4": ("X-S4-ExternalID", "X-S4-Status", (None, "resolved")),
    "splunk": ("entity_id", "message_type", ("CRITICAL", "RECOVERY")),
    "squadcast": ("event_id", "status", ("trigger", "resolve")),
}
"""Where alerts are opened and closed: what names one, and what says which of both."""
ALERT_URLS = {
    "goalert": (f"goalert://{HERE}/ab12cd34-ab12-4c5d-8e9f-0123456789ab", HERE),
    "incidentio": ("incidentio://01GW2G3V0S59R238FAHPDS1R66/secret", "api.incident.io"),
    "signl4": ("signl4://secret/", "connect.signl4.com"),
    "splunk": ("splunk://?apikey=abc123&routing_key=db", "alert.victorops.com"),
}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FarEnd, Courier]]:
    """The double of the internet, and a courier that knows no other."""
    hosts = (
        {service.host for service in SERVICES} | {host for _, host in ALERT_URLS.values()} | {"discord.com", "hooks.slack.com"}
    )
    with (
        far_end(tmp_path_factory.mktemp("far"), hosts) as end,
        started(environment(os.environ) | end.environ, "apprise") as one,
    ):
        yield end, one


def sent(rig: tuple[FarEnd, Courier], parcel: Parcel, answer: bytes = b"{}") -> Hit:
    """The one request by which this parcel was accepted."""
    end, courier = rig
    end.got.clear()
    end.reply = lambda _: Reply(body=answer)
    receipt = courier.carry(parcel)
    assert receipt["outcome"] == "accepted", receipt
    (hit,) = end.got
    return hit


def said(hit: Hit, *where: str) -> object:
    """What stands there, in the body's fields, the query or the headers; None if nothing does."""
    query = {name: values[0] for name, values in hit.query.items()}
    value: Any = hit.headers | query | (hit.fields if hit.body else {})
    for name in where:
        value = value[0] if isinstance(value, list) else value
        value = value.get(name) if isinstance(value, dict) else None

    return value


@pytest.mark.system
@pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
def test_priorities(rig: tuple[FarEnd, Courier], service: Service) -> None:
    """A critical message, a warning and a recovery arrive, at that service's host, each with the priority that it deserves."""
    hits = [sent(rig, replace(one, url=service.url), service.answer) for one in (CRITICAL, WARNING, RESOLVED)]
    assert [said(hit, *service.where) for hit in hits] == [service.critical, service.warning, service.resolved]
    assert {hit.host for hit in hits} == {service.host}


def test_the_table_is_whole() -> None:
    """Each service for which we know words for priorities is in it."""
    assert {service.name.removesuffix("s") for service in SERVICES} >= {
        name.removesuffix("s") for name in set(_LEVELS) - OUT_OF_REACH
    }


@pytest.mark.system
@pytest.mark.parametrize("name", sorted(ALERTS))
def test_a_recovery_closes_its_own_alert(rig: tuple[FarEnd, Courier], name: str) -> None:
    """What is told about one incident has one name there, whatever its title; another incident has another; a recovery closes."""
    url = next((service.url for service in SERVICES if service.name == name), "") or ALERT_URLS[name][0]
    key, what, words = ALERTS[name]
    first, again, back, other = (sent(rig, replace(one, url=url)) for one in (CRITICAL, WARNING, RESOLVED, OTHER))
    assert [said(hit, key) for hit in (first, again, back, other)] == ["k7fq", "k7fq", "k7fq", "x2m4"]
    assert (said(first, what), said(back, what)) == words


@pytest.mark.system
@pytest.mark.parametrize("name", ["jira", "opsgenie"])
def test_a_recovery_is_told_where_none_can_be_closed(rig: tuple[FarEnd, Courier], name: str) -> None:
    """Where Apprise would report success without sending anything, a recovery is an alert of its own."""
    service = next(service for service in SERVICES if service.name == name)
    assert said(sent(rig, replace(RESOLVED, url=service.url), service.answer), "message") == "Coven is back"


REFUSING = (
    ("json", f"json://{HERE}/", b""),
    ("ntfy", "ntfy://topic", b""),
    ("gotify", f"gotify://{HERE}/token", b""),
    ("discord", "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", b'{"message": "Slow down", "retry_after": 6.5}'),
    ("slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", b""),
    ("tgram", "tgram://123456789:abcdefg_hijklmnop/12315544/", b'{"ok": false, "parameters": {"retry_after": 7}}'),
)
DATE = "Sun, 22 Nov 2026 13:00:00 GMT"
LATER = "Sun, 22 Nov 2026 13:00:07 GMT"


@pytest.mark.system
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", ["7", LATER])
@pytest.mark.parametrize(("url", "body"), [one[1:] for one in REFUSING], ids=[name for name, *_ in REFUSING])
def test_who_asks_to_wait(rig: tuple[FarEnd, Courier], url: str, body: bytes, said: str, status: int) -> None:
    """An error with a wait, in seconds or as a moment, is passing; its wait is known, and nobody is asked twice meanwhile."""
    end, courier = rig
    end.got.clear()
    end.reply = lambda _: Reply(status, body, {"Retry-After": said, "Date": DATE})
    receipt = courier.carry(replace(CRITICAL, url=url))
    assert (receipt["outcome"], receipt["retry_after"], len(end.got)) == ("temporary", 7.0, 1)


@pytest.mark.system
@pytest.mark.parametrize(
    ("status", "outcome"), [(401, "permanent"), (404, "permanent"), (500, "temporary"), (408, "temporary")]
)
@pytest.mark.parametrize("url", [url for _, url, _ in REFUSING], ids=[name for name, *_ in REFUSING])
def test_what_passes_and_what_does_not(rig: tuple[FarEnd, Courier], url: str, status: int, outcome: str) -> None:
    """A refusal is final, a failure of the service is not; neither is blamed on the network."""
    end, courier = rig
    end.reply = lambda _: Reply(status)
    receipt = courier.carry(replace(CRITICAL, url=url))
    assert (receipt["outcome"], receipt["unreachable"]) == (outcome, False)


@pytest.mark.system
def test_the_users_own_words(rig: tuple[FarEnd, Courier]) -> None:
    """A priority, a key or an action that the URL names stands."""
    url = "pagerduty://route@key?severity=error&dedup=mine&action=trigger"
    hit = sent(rig, replace(RESOLVED, url=url))
    assert (said(hit, "payload", "severity"), said(hit, "dedup_key"), said(hit, "event_action")) == ("error", "mine", "trigger")
