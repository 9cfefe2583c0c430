"""The files of a bundle come in, as they would leave; what still looks like a secret in them goes out: the last look before any is written.

It does not share a pattern with `redact`: `detect-secrets` looks once more at every file, and every configured secret is looked
for in all forms. Of the detectors, those stay out that guess by randomness, which ids and hashes are full of, and those whose
patterns are any long word or number (Artifactory, IBM's) or a whole text (Telegram). Their own filters are not asked: they believe a text that says of itself that it is
harmless. The library is loaded only here.
"""

import importlib
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Protocol, cast

import msgspec

from coven_watchdog.redact import MARKS
from coven_watchdog.redact.known import forms

_PACKAGE = "detect_secrets.plugins"
_DETECTORS = (
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("basic_auth", "BasicAuthDetector"),
    ("discord", "DiscordBotTokenDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("jwt", "JwtTokenDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
    ("openai", "OpenAIDetector"),
    ("private_key", "PrivateKeyDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("stripe", "StripeDetector"),
    ("twilio", "TwilioKeyDetector"),
)
_WORDS = ("key", "pass", "pwd", "secret", "contrase")
"""One of these stands in every line in which the detector of telling names can find anything."""
_LINE, _OVERLAP = 4096, 512
"""Longer lines are looked at in parts: what is asked of a line takes the square of its length."""
_MOST = 100
CONFIGURED = "a configured secret"


class Detector(Protocol):
    """One of the library's."""

    secret_type: str

    def analyze_string(self, string: str) -> Iterable[str]:
        """The secrets in a text."""


class Hit(msgspec.Struct, frozen=True, order=True):
    """Where something was found and what it looks like; never what it is."""

    file: str
    line: int
    what: str


def scan(files: Iterable[tuple[str, str]], secrets: Collection[str]) -> tuple[Hit, ...]:
    """What should not leave, in the order of files and lines, at most a hundred of each file; nothing when they may. Blocking.

    Args:
        files: name and text of each.
        secrets: every configured one.
    """
    every = sorted({form for secret in secrets for form in forms(secret)})
    return tuple(sorted({hit for name, text in files for hit in islice(_hits(name, text, every), _MOST)}))


def _hits(name: str, text: str, every: Iterable[str]) -> Iterator[Hit]:
    """What is found in one file."""
    for form in every:
        yield from (Hit(name, line, CONFIGURED) for line in _lines_with(text, form))

    bounded = [part for line in text.split("\n") for part in _parts(line)]
    for found, detector in (*_by_shape("\n".join(bounded)), *_by_name(bounded)):
        yield from (Hit(name, line, detector.secret_type) for line in _lines_where(text, found, detector))


def _by_shape(text: str) -> Iterator[tuple[str, Detector]]:
    for detector in _detectors():
        yield from ((found, detector) for found in set(detector.analyze_string(text)) if found)


def _by_name(lines: Iterable[str]) -> Iterator[tuple[str, Detector]]:
    """This one gives the first of a text, so it gets line by line."""
    detector = _detector("keyword", "KeywordDetector")
    for line in lines:
        low = line.lower()
        if any(word in low for word in _WORDS):
            yield from ((found, detector) for found in detector.analyze_string(line))


def _parts(line: str) -> Iterator[str]:
    """A long line in parts that overlap."""
    yield line[:_LINE]
    for at in range(_LINE, len(line), _LINE):
        yield line[at - _OVERLAP : at + _LINE]


def _lines_where(text: str, part: str, detector: Detector) -> list[int]:
    """The numbers of the lines where the detector sees it, or else of the first in which it stands."""
    if not MARKS.sub("", part):
        return []

    lines = text.split("\n")
    found = [line for line in _lines_with(text, part) if part in _seen(detector, lines[line - 1])]
    return found or list(islice(_lines_with(text, part), 1)) or [1]


def _seen(detector: Detector, line: str) -> set[str]:
    return {found for part in _parts(line) for found in detector.analyze_string(part)}


def _lines_with(text: str, part: str) -> Iterator[int]:
    """The numbers of the lines in which it begins, each once."""
    at, number, counted = text.find(part), 1, 0
    while at >= 0:
        number += text.count("\n", counted, at)
        yield number
        end = text.find("\n", at)
        counted, at = at, text.find(part, max(end, at + len(part)))


@cache
def _detectors() -> tuple[Detector, ...]:
    return tuple(_detector(module, name) for module, name in _DETECTORS)


@cache
def _detector(module: str, name: str) -> Detector:
    return cast("Detector", getattr(importlib.import_module(f"{_PACKAGE}.{module}"), name)())
