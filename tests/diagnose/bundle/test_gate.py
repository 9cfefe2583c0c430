"""Another pair of eyes sees what is left, wherever it stands and however it is written, and is not afraid of ids."""

import base64
import json
import subprocess
import sys
import urllib.parse

import pytest

from canaries import AROUND, CANARIES, NAMED, A
from coven_watchdog.diagnose.bundle.gate import CONFIGURED, Hit, scan
from coven_watchdog.redact import Names, Redactor

SHAPES = {
    "AWS Access Key": "AKIA" + "IOSFODNN7ABCDEFG",
    "Basic Auth Credentials": "https://user:" + "hunter2@host.example/x",
    "Discord Bot Token": "MTk4NjIyNDgzNDcxOTI1MjQ4." + "Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "GitHub Token": "ghp_" + A[:36],
    "GitLab Token": "glpat-" + A[:20],
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + A[:43],
    "Mailchimp Access Key": "0123456789abcdef" * 2 + "-us" + "7",
    "OpenAI Token": "sk-" + A[:20] + "T3Blbk" + "FJ" + A[:20],
    "Private Key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "Secret Keyword": 'db_password = "' + 'hunter2hunter2"',
    "SendGrid API Key": "SG." + A[:22] + "." + A[:43],
    "Slack Token": "xoxb-" + "123456789012-" + A[:24],
    "Square OAuth Secret": "sq0csp-" + A[:43],
    "Stripe Access Key": "sk_live_" + A[:24],
    "Twilio API Key": "SK" + "0123456789abcdef" * 2,
}
URL = "ntfys://ada:" + "hunter2/x&y@ntfy.example/my-secret-topic?token=" + A[:12]


@pytest.mark.parametrize("what", SHAPES)
@pytest.mark.parametrize("around", ["%s", "first\nuse %s now\nlast", "# %s  # pragma: allowlist secret", "x" * 5000 + " %s"])
def test_what_looks_like_a_secret_is_found(what: str, around: str) -> None:
    """Whatever the text says about itself; the line is told, and never the secret."""
    text = around % SHAPES[what]
    hits = scan([("good", "all is well"), ("log", text)], ())
    assert Hit("log", text[: text.index(SHAPES[what])].count("\n") + 1, what) in hits
    assert {hit.file for hit in hits} == {"log"}
    assert SHAPES[what] not in str(hits)


@pytest.mark.parametrize(
    "written",
    [
        "%s",
        "he%sllo",
        json.dumps(URL)[1:-1].replace("/", r"\/"),
        json.dumps(json.dumps(URL)),
        urllib.parse.quote(URL, safe=""),
        urllib.parse.quote(urllib.parse.quote(URL, safe=""), safe=""),
        base64.b64encode(URL.encode()).decode(),
        base64.b64encode(b"x" + URL.encode() + b"y").decode(),
        base64.urlsafe_b64encode(b"xy" + URL.encode()).decode(),
        URL.encode().hex(),
        URL.partition("://")[2],
        "topic my-secret-topic",
        "login ada:" + "hunter2/x&y failed",
        f"token {A[:12]}",
    ],
)
def test_a_configured_secret_is_found_in_every_form(written: str) -> None:
    """Also the parts of an address: its login, its topic, the values of its query."""
    text = "one\n" + written.replace("%s", URL)
    assert Hit("a", 2, CONFIGURED) in scan([("a", text)], [URL])


def test_every_place_is_told_up_to_a_hundred() -> None:
    """A file full of them is told as such, and takes no longer."""
    hits = scan([("a", (SHAPES["GitHub Token"] + "\n") * 3)], ())
    assert [hit.line for hit in hits] == [1, 2, 3]
    assert len(scan([("a", (SHAPES["GitHub Token"] + "\n") * 1000)], ())) == 100


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "3f0c9a12-77aa-4b1e-9c2d-0123456789ab", "key": "9fceb02d0ae598e95dc970b74767f19372d61af8"}',
        "sha256 " + "0123456789abcdef" * 4,
        "data:image/png;base64," + base64.b64encode(bytes(range(256)) * 9).decode(),
        "[2026-11-22T07:57:37.309922038Z] startup_checkpoint phase=daemon-store-end elapsed_ms=12",
        'password = "[redacted]" token=[redacted] https://[redacted]@host/x',
        "coven 0.4.6 pid 4711 192.0.2.1:8080 exit code 101 session_not_found",
        "the password is wrong; a token expired; no secret here",
        "see coven-watchdog doctor",
    ],
)
def test_ids_hashes_and_what_is_masked_pass(text: str) -> None:
    """A gate that cries is climbed over."""
    assert scan([("a", text)], [URL]) == ()


def test_what_is_masked_in_part_does_not_pass() -> None:
    """A mark is none; what stands beside one may be the rest of a secret, or what it stood for."""
    assert scan([("a", "ftp://user:<home>@host")], ()) == ()
    assert scan([("a", 'db_password = "hunter2 [redacted]"')], ()) == (Hit("a", 1, "Secret Keyword"),)


def test_what_lies_over_two_lines_is_told_where_it_stands() -> None:
    """Although no line of it looks like a secret by itself."""
    text = "one\n// npm registry:\n//x/:_authToken=\n" + "npm" + "_" + A[:36]
    assert scan([("a", text)], ()) == (Hit("a", 4, "NPM tokens"),)


def test_a_short_secret_is_looked_for_nowhere() -> None:
    """It stands in ordinary text by chance."""
    assert scan([("a", "see the docs")], ["see", "the"]) == ()


def test_the_library_is_loaded_for_a_bundle_alone() -> None:
    """It takes a quarter of a second, and `requests` with it."""
    loaded = "print('detect_secrets' in sys.modules)"
    code = f"import sys, coven_watchdog.diagnose.bundle.gate as gate; {loaded}; gate.scan([('a', 'b')], ()); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_what_was_redacted_passes() -> None:
    """A bundle is not refused for what redaction knows: of all canaries in all places nothing is seen any more."""
    texts = [written(secret) for secret in CANARIES.values() for written in AROUND.values()]
    texts += [form % value for form in NAMED.values() for value in ("hunter2Hunter2", A, "p4ss w0rd")]
    masks = Redactor(Names(), secrets=[URL])
    assert scan([("a", "\n".join(masks.text(text).text for text in texts))], [URL]) == ()
