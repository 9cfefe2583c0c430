"""The shape that commands share."""

import click
import pytest
from click.testing import CliRunner

from coven_watchdog.cli.frame import Command, Group, json_option, terms_of
from coven_watchdog.cli.terms import Terms


@click.group("tool", cls=Group, lazy=[("later", "nowhere:at_all", "Comes later.")], examples=[("now", "at once")])
def tool() -> None:
    """Does things.

    More about it.
    """


@tool.command("now", examples=[("now --loud", "with noise")])
@click.option("--loud", is_flag=True, help="With noise.")
@click.option("--secret", is_flag=True, hidden=True)
@json_option
@click.pass_context
def now(ctx: click.Context, *, loud: bool, secret: bool) -> None:
    """Does it now."""
    terms = terms_of(ctx)
    click.echo(f"{loud} {secret} {terms.verbosity} {terms.as_json} {terms.config} {terms.debug} {terms.color} {terms.command}")


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(tool, list(arguments), obj=Terms(env={}), prog_name="tool")
    assert result.exception is None, result.output
    return result.output.strip()


def test_general_options_stand_anywhere() -> None:
    """Before the command's name and behind it they mean the same, and add up."""
    assert _run("now") == "False False 0 False None False None now"
    assert _run("-v", "--config", "a.toml", "now", "-v", "--debug", "--json") == "False False 2 True a.toml True None now"
    assert _run("-q", "now", "--no-color", "--loud", "--config", "b") == "True False -1 False b False False now"


def test_help_starts_with_what_people_copy() -> None:
    """Summary, examples, usage, own options, general options; hidden ones are not shown."""
    text = _run("now", "--help")
    parts = [
        "Does it now.",
        "Examples:",
        "coven-watchdog now --loud",
        "Usage: tool now",
        "Options:",
        "--loud  With noise.",
        "--json",
        "Everywhere:",
        "--config",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "--secret" not in text
    assert _run("now", "-h") == text


def test_the_overview_imports_nothing() -> None:
    """Commands are listed by their table: a module that does not exist is only missed when it is called."""
    text = _run("--help")
    assert "later  Comes later." in text
    assert "now    Does it now." in text
    assert "More about it." in text
    with pytest.raises(ModuleNotFoundError):
        tool.get_command(click.Context(tool), "later")


def test_an_unknown_command_finds_its_neighbour() -> None:
    """A misspelled command suggests the right one; nonsense lists what there is."""
    for word, said in (("latr", "did you mean later?"), ("xyzzy", "there are: later, now")):
        result = CliRunner().invoke(tool, [word], obj=Terms(env={}))
        assert result.exit_code == 2
        assert said in result.output


def test_subcommands_take_the_shape() -> None:
    """What is added by a decorator is one of ours."""
    assert isinstance(now, Command)
