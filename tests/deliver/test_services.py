"""Apprise configuration files, read by Apprise's own reader."""

import logging
from collections.abc import Iterator

import pytest

from coven_watchdog.deliver.parcel import Listed, Listing
from coven_watchdog.deliver.services import MOST, listed

TEXT = """\
# how to reach us
oncall, a=json://u:p@localhost/x
me=ntfys://ntfy.sh/top?priority=default
b=tgram://123456789:abcdefg_hijklmnop/-1001234
json://untagged
family=me,oncall
"""
YAML = """\
version: 1
urls:
  - json://localhost/a:
      - tag: oncall
        +X-Token: abc
      - tag: [x, y]
  - ntfys://topic:
      priority: high
      tag: phone
  - gotify://host/token
"""

pytestmark = pytest.mark.usefixtures("services")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What Apprise's logger was before."""
    logger = logging.getLogger("apprise")
    before = logger.level, logger.propagate
    yield
    logger.level, logger.propagate = before


def ask(text: str, *tags: str, name: str = "apprise.conf") -> Listed:
    """What a courier answers."""
    return listed(Listing(name, text, tags))


@pytest.mark.parametrize(
    ("tags", "urls"),
    [
        ((), ["json://u:p@localhost/x", "ntfys://ntfy.sh/top?priority=default", "tgram://…", "json://untagged"]),
        (("oncall",), ["json://u:p@localhost/x"]),
        (("ONCALL",), ["json://u:p@localhost/x"]),
        (("me", "b"), ["ntfys://ntfy.sh/top?priority=default", "tgram://…"]),
        (("oncall, a",), ["json://u:p@localhost/x"]),
        (("oncall b",), []),
        (("family",), ["json://u:p@localhost/x", "ntfys://ntfy.sh/top?priority=default"]),
        (("family, me", "b"), ["ntfys://ntfy.sh/top?priority=default", "tgram://…"]),
        (("nobody",), []),
    ],
)
def test_text(tags: tuple[str, ...], urls: list[str]) -> None:
    """The services in the order of the file, their URLs as written. A list of tags is OR, several in one text are AND, groups work."""
    answer = ask(TEXT, *tags)
    whole = [url if url.startswith(("json", "ntfys")) else "tgram://…" for url in answer.urls]
    assert (whole, answer.problem, answer.services) == (urls, "", 4)
    assert answer.tags == ("a", "b", "family", "me", "oncall")


def test_yaml() -> None:
    """Options become parameters, several entries under one URL become several, and no default becomes anybody's wish."""
    answer = ask(YAML, name="apprise.yml")
    assert answer.urls == (
        "json://localhost/a?%2BX-Token=abc",
        "json://localhost/a",
        "ntfys://topic?priority=high",
        "gotify://host/token",
    )
    assert answer.tags == ("oncall", "phone", "x", "y")
    assert ask(YAML, "phone", name="apprise.yml").urls == ("ntfys://topic?priority=high",)
    assert ask(YAML, "x", name="no-ending").urls == ("json://localhost/a",)


def test_the_name_decides() -> None:
    """As with Apprise: a file called .yml must be YAML, whatever it looks like."""
    assert ask("json://localhost", name="a.yml").problem == "it is no YAML with sections such as urls:"
    assert ask("json://localhost", name="a.YAML").problem
    assert not ask("json://localhost", name="yml").problem


def test_always() -> None:
    """Apprise's tag for what is always told."""
    assert ask("always=json://a\nx=json://b\n", "y").urls == ("json://a",)


def test_priorities_of_tags_are_no_escalation_here() -> None:
    """`2:oncall` is tagged oncall: each service becomes a channel of its own, and is told."""
    assert ask("oncall=json://a\n2:oncall=json://b\n", "oncall").urls == ("json://a", "json://b")


def test_who_follows_redirects() -> None:
    """Where the file says so, in either form; what is commented out says nothing."""
    assert ask("json://h?redirect=yes\n#json://h\n").urls == ("json://h?redirect=yes",)
    assert ask("#json://h?redirect=yes\n;json://h?redirect=yes\njson://h\n").urls == ("json://h",)
    text = "urls:\n  - json://h?redirect=yes:\n      +X-A: b\n"
    (url,) = ask(text, name="a.yml").urls
    assert "redirect=yes" in url


def test_blanks_in_an_address() -> None:
    """They are written as a URL has them; what stands in quotes is taken without these."""
    (mail,) = ask("mailto://me:pass@example.com?to=Plus Support<you@example.com>\n").urls
    assert mail.startswith("mailto://me:pass@example.com/")
    assert " " not in mail
    assert ask("urls:\n  - 'json://h/x'\n  - \"json://h/y\":\n      tag: a\n", name="a.yml").urls == (
        "json://h/x",
        "json://h/y",
    )


def test_the_same_service_twice() -> None:
    """It is told once."""
    assert ask("a=json://h/x\nb=json://h/x\n").urls == ("json://h/x",)


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("urls:\n  - [\n", "a.yml", "it is no YAML (line 3)"),
        ("- a\n- b\n", "a.yml", "it is no YAML with sections such as urls:"),
        ("version: 2\nurls:\n  - json://h\n", "a.yml", "it is not of version 1"),
        ("a: &a [*a]\n", "a.yml", "its aliases form a loop"),
        ("a: " + "[" * 5000, "a.yml", "it is no YAML"),
        ("json://a\ntgram://s3cr3t\n", "a", "Apprise does not take line 2"),
        ("json://a\n%%% s3cr3t on line 7.\n", "a", "Apprise does not take line 2"),
        ("x:3=json://s3cr3t\n", "a", "Apprise does not take line 1"),
        ("desktop://\n", "a", "Apprise does not take line 1"),
        ("urls:\n  - json://a\n  - s3cr3t\n  - foo://s3cr3t\n", "a.yml", "Apprise does not take entry 2, entry 3"),
        ("urls:\n  - tgram://s3cr3t:\n      x: y\n", "a.yml", "Apprise does not take entry 1"),
        ("json://a\ninclude http://me:s3cr3t@host/cfg\n", "a", "it includes other files (line 2)"),
        ("include s3cr3t.yml\n", "a", "it includes other files (line 1)"),
        ("urls:\n  - json://a\ninclude:\n  - http://me:s3cr3t@host/cfg\n", "a.yml", "it includes other files (line 3)"),
        ('{"urls": ["json://a"], "include": "s3cr3t.yml"}', "a.yml", "it includes other files (somewhere)"),
        ("template:\n  a: x\nurls:\n  - json://h/${a}\n", "a.yml", "a service in it uses template variables"),
        ("urls:\n  - gnome://\n", "a.yml", "gnome:// is disabled on this system"),
        (
            "urls:\n  - brevo://abcd:user@example.com:\n      to: s3cr3t\n",
            "a.yml",
            "the options of its brevo:// service do not fit in one URL",
        ),
        (
            "\n".join(f"json://host/{n}" for n in range(MOST + 1)),
            "a",
            f"{MOST + 1} of its services are meant, and at most {MOST}",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_what_cannot_be_taken(text: str, name: str, problem: str) -> None:
    """Why, and where, without a word of what stands there: not one destination is left out unnoticed, no other file is read."""
    answer = ask(text, name=name)
    assert answer.problem.startswith(problem)
    assert answer.urls == ()
    assert "s3cr3t" not in answer.line().decode()


def test_aliases_that_explode() -> None:
    """A few lines that stand for billions of values are refused at once."""
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    assert ask(f"a0: &a0 x\n{levels}\n", name="a.yml").problem == "its aliases expand to too much"


def test_other_tags_are_other_peoples() -> None:
    """What is only wrong with services that are not meant stands in nobody's way; the limit is for those that are."""
    assert ask("home=gnome://\noncall=json://a\n", "oncall").urls == ("json://a",)
    many = "\n".join(f"many=json://host/{n}" for n in range(MOST + 1))
    assert ask(f"{many}\noncall=json://a\n", "oncall").urls == ("json://a",)
    assert len(ask(many.removeprefix("many=json://host/0\n")).urls) == MOST


@pytest.mark.parametrize("text", ["", "# nothing\n\n", "version: 1\n", "urls: []\n"])
def test_no_service(text: str) -> None:
    """A file without services is none's fault: nothing is in it."""
    answer = ask(text)
    assert ask(" \n", name="a.yml") == Listed()
    assert (answer.services, answer.urls, answer.problem) == (0, (), "")


def test_what_has_no_effect_is_said() -> None:
    """Options that cannot be any, and its asset section, which belongs to Apprise's own programs."""
    text = "asset:\n  app_id: Other\n  secure_logging: no\nurls:\n  - json://a\n  - json://b:\n      - '%s3cr3t': 1\n"
    answer = ask(text, name="a.yml")
    assert answer.urls == ("json://a", "json://b/")
    assert answer.notes == ("Apprise ignores something in entry 2", "its asset section is not taken over")


def test_an_answer_hides_its_urls() -> None:
    """Neither in a repr of the answer nor in one of the question."""
    assert "s3cr3t" not in repr(Listing("a", "json://s3cr3t")) + repr(Listed(("json://s3cr3t",)))
