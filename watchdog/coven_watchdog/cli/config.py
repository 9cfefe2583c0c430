"""`config`: write a first file, check it, and show what is in force."""

import os
import shlex
from pathlib import Path
from typing import Any

import click
import msgspec

from coven_watchdog.cli.frame import Command, Group, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.config import shown_lines, validated_lines
from coven_watchdog.cli.validating import expanded_here, validated
from coven_watchdog.config import TEMPLATE, Shown, config_place, there
from coven_watchdog.config.schema import schema
from coven_watchdog.config.shown import shown
from coven_watchdog.errors import ConfigError, WatchdogError

_PRIVATE = 0o600
_DIRECTORY = 0o700


class ConfigPath(msgspec.Struct, frozen=True, kw_only=True):
    """What `config path` shows. `origin`: `default`, `--config` or the variable that names it."""

    schema: str = "coven-watchdog.config.path.v1"
    path: str
    exists: bool
    origin: str


class ConfigShown(msgspec.Struct, frozen=True, kw_only=True):
    """What `config show` shows."""

    schema: str = "coven-watchdog.config.show.v1"
    path: str
    exists: bool
    keys: tuple[Shown, ...]
    warnings: tuple[str, ...]


@click.group(
    "config",
    cls=Group,
    examples=[
        ("config init", "write a first file"),
        ("config validate", "check it, every fault at once"),
        ("config show", "each key, its value and where that came from"),
    ],
)
def config() -> None:
    """Writes, checks and shows the configuration. It is optional: every key has a default."""


@config.command("init", examples=[("config init", "in the usual place"), ("--config ./coven.toml config init", "elsewhere")])
@click.pass_context
def init(ctx: click.Context) -> int:
    """Writes a first configuration that only you can read. It never overwrites one."""
    terms = terms_of(ctx)
    path = config_place(terms.config, terms.env).path
    _write(path, TEMPLATE)
    output = Output(terms)
    output.text(str(path))
    output.talk("Written. Look through it, then: coven-watchdog notify test")
    return 0


def _write(path: Path, text: str) -> None:
    """Make a new private file.

    Raises:
        ConfigError: there is one already, or it cannot be written.
    """
    try:
        path.parent.mkdir(mode=_DIRECTORY, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    except OSError as error:
        if isinstance(error, FileExistsError) and there(path):
            message = "there is a configuration already, and it stays as it is"
            raise ConfigError(message, where=str(path), next_step="coven-watchdog config show") from error

        message = f"cannot be written: {error.strerror}"
        raise WatchdogError(message, where=str(path), next_step=f"ls -ld {shlex.quote(str(path.parent))}") from error

    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


@config.command("path", examples=[("config path", "which file it is")])
@json_option
@click.pass_context
def path(ctx: click.Context) -> int:
    """Prints the path of the configuration file, whether it exists or not."""
    terms = terms_of(ctx)
    place = config_place(terms.config, terms.env)
    output = Output(terms)
    if terms.as_json:
        output.document(ConfigPath(path=str(place.path), exists=place.exists, origin=place.origin))
    else:
        output.text(str(place.path))

    return 0


@config.command(
    "show", examples=[("config show", "each key, its value, and where that came from"), ("config show --json", "for programs")]
)
@json_option
@click.pass_context
def show(ctx: click.Context) -> int:
    """Shows each value in force and where it came from. Addresses are masked."""
    terms = terms_of(ctx)
    found = expanded_here(terms, loaded(terms))
    output = Output(terms)
    if terms.as_json:
        output.document(ConfigShown(path=str(found.path), exists=found.exists, keys=shown(found), warnings=found.warnings))
        return 0

    output.page(shown_lines(found, shown(found), terms.env.get("HOME", "")))
    _warn(output, found.warnings)
    return 0


@config.command("validate", cls=Command, examples=[("config validate", "every fault at once; asks Apprise about each URL")])
@json_option
@click.pass_context
def validate(ctx: click.Context) -> int:
    """Checks the configuration as `run` would, and asks Apprise whether it takes each URL. Nothing is sent.

    Exit codes: 0 valid, 2 not.
    """
    terms = terms_of(ctx)
    return _validated(terms)


def _validated(terms: Terms) -> int:
    """Say what is wrong, or that nothing is."""
    result = validated(terms)
    output = Output(terms)
    if terms.as_json:
        output.document(result)
    else:
        _warn(output, result.warnings)
        output.page(validated_lines(result))

    return 0 if result.valid else ConfigError.exit_code


def _warn(output: Output, warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        output.talk(f"warning: {warning}", bad=True)


@config.command(
    "schema", examples=[("config schema > schema.json", "then #:schema ./schema.json in the file completes keys in editors")]
)
@click.pass_context
def schema_command(ctx: click.Context) -> int:
    """Prints the JSON Schema of the configuration file."""
    document: dict[str, Any] = schema()
    Output(terms_of(ctx)).text(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0
