"""The courier as a process: real sinks, real mail, and everything that must not come out of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coven_watchdog import __version__
from coven_watchdog.deliver.courier import EXIT_BROKEN
from coven_watchdog.deliver.couriers import COMMAND
from coven_watchdog.deliver.parcel import ASK_DESKTOP, Parcel, ask_url
from coven_watchdog.model.words import Priority, Tone
from deliver.letters import ALERT
from rigs.desktop import DesktopRig
from rigs.sinks import HttpSink, Mailbox, dripping, hanging, http_sink, refusing, resetting


class Courier:
    """A started courier, line by line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def hear(self) -> dict[str, Any]:
        """The next line it says."""
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def tell(self, line: bytes) -> None:
        """A line for it."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def carry(self, parcel: Parcel) -> dict[str, Any]:
        """What became of a parcel."""
        self.tell(parcel.line())
        return self.hear()

    def end(self) -> int:
        """Its exit status, after the end of its stdin if need be."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)


@contextmanager
def started(environ: dict[str, str], *arguments: str) -> Iterator[Courier]:
    """A courier process that has said that it is ready."""
    command = (*COMMAND, *arguments)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
    ) as process:
        courier = Courier(process)
        try:
            assert courier.hear() == {"ready": __version__}
            yield courier
            courier.end()
        finally:
            process.kill()


@pytest.fixture
def courier(environ: dict[str, str]) -> Iterator[Courier]:
    """A courier with Apprise in it."""
    with started(environ, "apprise") as running:
        yield running


def test_a_start_sends_nothing(environ: dict[str, str], http: HttpSink) -> None:
    """What a courier rehearses at its start reaches neither a server nor a proxy: the first request is the first message."""
    with started(environ | {"http_proxy": http.url.replace("json:", "http:")}, "apprise") as courier:
        courier.carry(replace(ALERT, url="json://nobody.invalid/"))

    assert len(http.wait()) == 1


def test_http(courier: Courier, http: HttpSink) -> None:
    """A message arrives whole, under our own name, with its type, and the receipt says so."""
    receipt = courier.carry(replace(ALERT, url=http.url))
    (request,) = http.wait()
    assert (receipt["id"], receipt["outcome"], receipt["error"]) == ("k7fq.1", "accepted", "")
    assert (request.json["title"], request.json["message"]) == (ALERT.title, ALERT.body)
    assert (request.json["type"], request.headers["User-Agent"]) == ("failure", "coven-watchdog")


@pytest.mark.parametrize(("tone", "type_"), [(Tone.WARNING, "warning"), (Tone.INFO, "info"), (Tone.SUCCESS, "success")])
def test_tones_are_types(courier: Courier, http: HttpSink, tone: Tone, type_: str) -> None:
    """Each tone is one of Apprise's types."""
    courier.carry(replace(ALERT, url=http.url, tone=tone))
    assert http.wait()[0].json["type"] == type_


@pytest.mark.system
def test_mail(courier: Courier, mailbox: Mailbox) -> None:
    """A mail is plain text that keeps what stands in angle brackets."""
    url = f"mailto://127.0.0.1:{mailbox.port}?from=watch@example.com&to=me@example.com&mode=insecure"
    receipt = courier.carry(replace(ALERT, url=url))
    assert receipt["outcome"] == "accepted", receipt
    (mail,) = mailbox.wait()
    assert (mail["Subject"], mail["To"], mail.get_content_type()) == (ALERT.title, "me@example.com", "text/plain")
    assert mail.get_content().splitlines() == ALERT.body.splitlines()


@pytest.mark.system
@pytest.mark.parametrize(
    ("refusal", "outcome"), [("550 5.1.1 no such user", "permanent"), ("451 4.7.1 greylisted, come back", "temporary")]
)
def test_a_mail_server_that_refuses(courier: Courier, mailbox: Mailbox, refusal: str, outcome: str) -> None:
    """What a mail server refuses for good is, what it refuses for now is not; its words are told; the network is not to blame."""
    mailbox.refusals["b@example.com"] = refusal
    receipt = courier.carry(
        replace(ALERT, url=f"mailto://127.0.0.1:{mailbox.port}?from=a@example.com&to=b@example.com&mode=insecure")
    )
    assert (receipt["outcome"], receipt["unreachable"]) == (outcome, False)
    assert receipt["error"].endswith(f"({refusal})")


@pytest.mark.system
def test_who_has_it_does_not_get_it_again(courier: Courier, mailbox: Mailbox) -> None:
    """While one recipient's mailbox is full the message is tried again for that one alone; the next message goes to both."""
    url = f"mailto://127.0.0.1:{mailbox.port}?from=w@example.com&to=a@example.com,full@example.com&mode=insecure"
    mailbox.refusals["full@example.com"] = "452 4.2.2 mailbox full"
    outcomes = [courier.carry(replace(ALERT, url=url))["outcome"] for _ in range(3)]
    mailbox.refusals.clear()
    outcomes += [courier.carry(replace(ALERT, url=url, id=name))["outcome"] for name in (ALERT.id, "k7fq.2")]
    assert outcomes == ["temporary", "temporary", "temporary", "accepted", "accepted"]
    first, later, *both = [mail["To"] for mail in mailbox.wait(4)]
    assert (first, later, sorted(both)) == ("a@example.com", "full@example.com", ["a@example.com", "full@example.com"])


@pytest.mark.system
def test_another_address_gets_all_of_it(courier: Courier, mailbox: Mailbox) -> None:
    """Who has it is remembered for one address: after an edit the new one gets everything, and what is sent again is sent."""
    mailbox.refusals["full@example.com"] = "452 4.2.2 mailbox full"
    urls = [
        f"mailto://127.0.0.1:{mailbox.port}?from=w@example.com&to=a@example.com{more}" for more in (",full@example.com", "")
    ]
    receipts = [courier.carry(replace(ALERT, url=f"{url}&mode=insecure")) for url in (*urls, urls[1])]
    assert [receipt["outcome"] for receipt in receipts] == ["temporary", "accepted", "accepted"]
    assert [mail["To"] for mail in mailbox.wait(3)] == ["a@example.com"] * 3


@pytest.mark.system
def test_a_mail_server_without_a_login(courier: Courier, mailbox: Mailbox) -> None:
    """One that offers no login, or no encryption, is there: told as it is, and tried again."""
    url = f"127.0.0.1:{mailbox.port}?from=a@example.com&to=b@example.com"
    for one, cause in ((f"mailto://me:pw@{url}&mode=insecure", "AUTH"), (f"mailto://{url}&mode=starttls", "STARTTLS")):
        receipt = courier.carry(replace(ALERT, url=one))
        assert (receipt["outcome"], receipt["unreachable"]) == ("temporary", False)
        assert "extension not supported by server" in receipt["error"], cause


@pytest.mark.parametrize(("priority", "word"), [(Priority.URGENT, "max"), (Priority.LOW, "low")])
def test_ntfy_priority(courier: Courier, http: HttpSink, priority: Priority, word: str) -> None:
    """The ntfy server gets the priority that Apprise does not derive from the type."""
    courier.carry(replace(ALERT, url=f"ntfy://127.0.0.1:{http.port}/topic", priority=priority))
    (request,) = http.wait()
    assert request.json == {"topic": "topic", "title": ALERT.title, "message": ALERT.body}
    assert request.headers["X-Priority"] == word


@pytest.mark.parametrize(("priority", "number"), [(Priority.URGENT, 10), (Priority.DEFAULT, 5), (Priority.LOW, 3)])
def test_gotify_priority(courier: Courier, http: HttpSink, priority: Priority, number: int) -> None:
    """So does Gotify."""
    courier.carry(replace(ALERT, url=f"gotify://127.0.0.1:{http.port}/AAAAAAAAAAAAAAA", priority=priority))
    assert http.wait()[0].json["priority"] == number


def test_redirects_are_not_followed(courier: Courier, http: HttpSink) -> None:
    """A secret in the URL is not carried to another server; the fault is permanent."""
    with http_sink() as elsewhere:
        http.statuses = [307]
        http.headers = {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
        receipt = courier.carry(replace(ALERT, url=http.url))
        assert (receipt["outcome"], elsewhere.got) == ("permanent", [])


@pytest.mark.parametrize(
    ("status", "outcome"), [(429, "temporary"), (503, "temporary"), (401, "permanent"), (404, "permanent")]
)
def test_statuses(courier: Courier, http: HttpSink, status: int, outcome: str) -> None:
    """What may pass is told from what will not."""
    http.status = status
    receipt = courier.carry(replace(ALERT, url=http.url))
    assert (receipt["outcome"], str(status) in receipt["error"], receipt["unreachable"]) == (outcome, True, False)


def test_a_wait_that_is_asked_for(courier: Courier, http: HttpSink) -> None:
    """Where the plugin shows what the service says, its wish to wait is handed on."""
    http.status, http.answer = 429, b'{"retry_after": 7}'
    assert courier.carry(replace(ALERT, url=http.url))["retry_after"] == 7.0


def test_no_connection(courier: Courier) -> None:
    """A closed port is a passing fault of the service, not of our network, and its cause is named."""
    with refusing() as port:
        receipt = courier.carry(replace(ALERT, url=f"json://127.0.0.1:{port}"))

    assert (receipt["outcome"], receipt["unreachable"]) == ("temporary", False)
    assert "Connection refused" in receipt["error"]


def test_a_reset(courier: Courier) -> None:
    """So is a connection that is reset."""
    with resetting() as port:
        assert courier.carry(replace(ALERT, url=f"json://127.0.0.1:{port}"))["outcome"] == "temporary"


def test_a_server_that_never_answers(courier: Courier) -> None:
    """The service's own read time-out, where it has one, is a passing fault."""
    with hanging() as port:
        assert courier.carry(replace(ALERT, url=f"json://127.0.0.1:{port}?rto=0.2"))["outcome"] == "temporary"


def test_an_endless_answer(courier: Courier) -> None:
    """No read ever times out there: the parcel's time-out does, and the thread left behind does not keep the courier."""
    with dripping() as port:
        receipt = courier.carry(replace(ALERT, url=f"json://127.0.0.1:{port}", timeout=0.5))
        assert (receipt["outcome"], receipt["error"]) == ("timed_out", "no answer within 0.45 s")
        assert courier.end() == 0


@pytest.mark.parametrize("url", ["slack://bad", "foo://bar", "json://", "", "json://a b, json://c"])
def test_urls_that_apprise_refuses(courier: Courier, url: str) -> None:
    """They are a fault of the configuration, and permanent; a text with two URLs is not two channels."""
    receipt = courier.carry(replace(ALERT, url=url))
    assert (receipt["outcome"], receipt["refused_url"]) == ("permanent", True)
    assert receipt["error"].startswith("Apprise does not take this URL")


def test_a_service_that_needs_a_library(courier: Courier) -> None:
    """What Apprise does not bring along for a service is named, with the command that adds it."""
    receipt = courier.carry(replace(ALERT, url="growl://127.0.0.1"))
    assert receipt["error"] == (
        "Apprise does not take this URL: growl:// is disabled on this system. "
        "It needs the Python library gntp beside coven-watchdog (pipx inject coven-watchdog gntp)"
    )


def test_asking_about_a_url(courier: Courier, http: HttpSink) -> None:
    """Whether Apprise takes a URL can be asked without sending anything to it; the answer holds no secret."""
    courier.tell(ask_url(http.url))
    assert courier.hear() == {"refused": ""}
    courier.tell(ask_url("slack://t0kenpath"))
    refused = courier.hear()["refused"]
    assert refused.startswith("Apprise does not take this URL: ")
    assert "t0kenpath" not in refused
    assert http.got == []


def test_errors_hold_no_secret(courier: Courier, http: HttpSink) -> None:
    """User, password, path, header and query of the URL are in no part of the receipt."""
    http.status = 500
    secrets = ("m3myself", "p4ssword", "t0kenpath", "h3adervalue", "qu3ryvalue")
    url = f"json://{secrets[0]}:{secrets[1]}@127.0.0.1:{http.port}/{secrets[2]}?+X-Key={secrets[3]}&key={secrets[4]}"
    for one in (url, f"slack://{secrets[2]}?key={secrets[4]}", f"{url}:nonsense:"):
        said = json.dumps(courier.carry(replace(ALERT, url=one)))
        assert not [secret for secret in secrets if secret in said]


def test_nothing_of_a_parcel_is_visible_outside(courier: Courier, http: HttpSink) -> None:
    """Command line and environment hold no part of the URL; what plugins read, print or complain goes nowhere; no core is dumped."""
    courier.carry(replace(ALERT, url=f"{http.url}s3cretpath"))
    process = Path("/proc", str(courier.process.pid))
    seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    assert b"s3cretpath" not in seen
    assert {(process / "fd" / str(number)).readlink() for number in (0, 1, 2)} == {Path("/dev/null")}
    limits = (process / "limits").read_text(encoding="ascii")
    assert next(line for line in limits.splitlines() if "core file" in line).split()[4:6] == ["0", "0"]


def test_the_end_of_stdin_ends_it(courier: Courier) -> None:
    """A courier whose daemon is gone does not outlive it."""
    assert courier.end() == 0


def test_what_is_no_parcel_ends_it(courier: Courier) -> None:
    """Lines out of step are not answered by guesses."""
    courier.tell(b"nonsense\n")
    assert courier.process.wait(20) == 1


def test_a_missing_library(environ: dict[str, str], tmp_path: Path) -> None:
    """Without Apprise it says what is missing, once, and ends."""
    (tmp_path / "apprise.py").write_text("raise ImportError('no such thing')", encoding="utf-8")
    with started(environ | {"PYTHONPATH": str(tmp_path)}, "apprise") as courier:
        assert courier.hear() == {"broken": "no such thing"}
        assert courier.process.wait(20) == EXIT_BROKEN


@pytest.mark.parametrize(
    ("raises", "answer"),
    [
        ("RuntimeError(url)", {"outcome": "temporary", "error": "RuntimeError: json://****"}),
        ("ImportError('half gone')", {"broken": "half gone"}),
    ],
)
def test_whatever_a_plugin_raises(environ: dict[str, str], tmp_path: Path, raises: str, answer: dict[str, str]) -> None:
    """It becomes a receipt without secrets; only a library that has gone ends the courier."""
    body = f"def instantiate(url, asset):\n        if 't0kenpath' in url: raise {raises}"
    fake = f"class AppriseAsset:\n    def __init__(self, **_): pass\nclass Apprise:\n    @staticmethod\n    {body}\n"
    (tmp_path / "apprise.py").write_text(fake, encoding="utf-8")
    with started(environ | {"PYTHONPATH": str(tmp_path)}, "apprise") as courier:
        said = courier.carry(replace(ALERT, url="json://host/t0kenpath"))

    assert {name: said[name] for name in answer} == answer


@pytest.mark.system
def test_the_desktop(environ: dict[str, str], desktop: DesktopRig) -> None:
    """A desktop message is shown, and its receipt replaces it later."""
    with started(environ | desktop.environ) as courier:
        receipt = courier.carry(ALERT)
        again = courier.carry(replace(ALERT, title="Coven is back", replaces=receipt["receipt"]))
        courier.tell(ASK_DESKTOP)
        assert courier.hear() == {"desktop": ""}

    assert [shown["summary"] for shown in desktop.shown(2)] == ["Coven crashed", "Coven is back"]
    assert receipt["receipt"] == again["receipt"] != ""


def test_no_desktop(environ: dict[str, str], tmp_path: Path) -> None:
    """Without one a message fails for now, with words for people; so does the question."""
    bare = {name: value for name, value in environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    with started(bare | {"XDG_RUNTIME_DIR": str(tmp_path)}) as courier:
        receipt = courier.carry(ALERT)
        courier.tell(ASK_DESKTOP)
        assert courier.hear() == {"desktop": "no desktop here: no session bus"}

    assert (receipt["outcome"], receipt["error"]) == ("temporary", "no desktop here: no session bus")


def test_it_loads_nothing_before_it_is_asked() -> None:
    """Importing it loads neither Apprise nor jeepney: a desktop courier never has the first, and starts in a third of the time."""
    question = (
        "import sys, coven_watchdog.deliver.courier; print([m for m in ('apprise', 'jeepney', 'anyio') if m in sys.modules])"
    )
    done = subprocess.run((sys.executable, "-c", question), check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
