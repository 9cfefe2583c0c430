"""Names of people, machines and projects, and what stands in their place."""

import json
import re
import urllib.parse

import pytest

from coven_watchdog.model.words import Masked
from coven_watchdog.redact import Names, Redactor

ADA = Names("/home/ada", "ada", "Laptop7.example.org", ("/srv/tea-shop", "/home/ada/code/app", "Grünkohl", "test"), b"salt")


def masked(text: str, names: Names = ADA) -> str:
    """The text with kinds in place of placeholders."""
    return re.sub(r"-[0-9a-f]{6}>", ">", Redactor(names).text(text).text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ada/.coven/coven.sock", "<home>/.coven/coven.sock"),
        ("/home/adam/x and ADA's", "/home/adam/x and <user>'s"),
        ("ada@laptop7: ada-lovelace", "<user>@<host>: <user>-lovelace"),
        ("on laptop7.example.org", "on <host>"),
        ("in /srv/tea-shop/src, tea-shop and tea-shops", "in <project>/src, <project> and tea-shops"),
        ("/home/ada/code/app/main.py", "<project>/main.py"),
        ("the app is a test", "the app is a test"),
        (json.dumps("/home/ada\nada/Grünkohl"), '"<home>\\n<user>/<project>"'),
        (r"\/home\/ada\/x", r"<home>\/x"),
        (urllib.parse.quote("/home/ada/Grünkohl x", safe=""), "<home>%2F<project>%20x"),
        ("-home-ada-code-app", "<project>"),
        ("~/.claude/projects/-home-ada-notes", "~/.claude/projects/<home>-notes"),
    ],
)
def test_wherever_they_stand(text: str, shown: str) -> None:
    """As words, in paths, escaped, encoded, in small letters or large; ordinary words stay."""
    assert masked(text) == shown


@pytest.mark.parametrize("name", ["root", "coven", "Session", "ab", "42", "localhost", ""])
def test_words_that_say_nothing_stay(name: str) -> None:
    """A report is written with them."""
    text = "root: the coven session ab 42 on localhost"
    assert masked(text, Names(user=name, host=name, projects=(name,))) == text


def test_a_whole_path_goes_even_when_its_last_part_is_an_ordinary_word() -> None:
    """The path says more than the word."""
    assert masked("/srv/secret-plan/coven/x", Names(projects=("/srv/secret-plan/coven/",))) == "<project>/x"


def test_placeholders_are_the_same_all_over_a_bundle_and_others_in_the_next() -> None:
    """By the salt; they tell one project from another, and nothing of either."""
    one, other = ADA.placeholder(Masked.PROJECT, "tea-shop"), ADA.placeholder(Masked.PROJECT, "app")
    assert re.fullmatch(r"<project-[0-9a-f]{6}>", one)
    assert one == ADA.placeholder(Masked.PROJECT, "Tea-Shop") != other
    assert one != Names(salt=b"pepper").placeholder(Masked.PROJECT, "tea-shop")
    assert Redactor(ADA).text("/srv/tea-shop tea-shop").text == f"{one} {one}"


def test_many_projects() -> None:
    """Each is found wherever a few would be."""
    names = Names(projects=(*(f"/srv/project {number}/tea{number}" for number in range(100)), "Grünkohl", "¡!¡!"), salt=b"x")
    text = r"in /srv/project 7/tea7/x, \ntea99: \ntea8 \u001btea9 a%2Ftea10 tea100 xtea7 GRÜNKOHL ¡!¡!"
    shown = r"in <project>/x, \n<project>: \n<project> \u001b<project> a%2F<project> tea100 xtea7 <project> "
    assert masked(text, names).startswith(shown)


def test_nobody_is_nobody() -> None:
    """Without names nothing is looked for."""
    assert masked("/ada and / <user>", Names(home="/")) == "/ada and / <user>"
