"""A configuration file, the environment and `--home` in; settings, and where each of them came from, out."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from coven_watchdog.config.building import Table, build
from coven_watchdog.config.checks import check, check_homes
from coven_watchdog.config.faults import Fault, FaultyConfigError, Findings
from coven_watchdog.config.homes import globs_of, homes_of
from coven_watchdog.config.lines import lines_of
from coven_watchdog.config.places import Place, config_place
from coven_watchdog.config.reading import read_private, readable_by_others
from coven_watchdog.config.secrets import apprise_path, origin, resolve
from coven_watchdog.config.urls import secret, warning
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Channel, Settings

Env = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force.

    Attributes:
        settings: with canonical homes, and (when resolved) with every channel's URL.
        path: the file, also when it does not exist.
        exists: whether it does.
        origins: dotted key → `default`, `file:line`, `environment NAME`, `file PATH` or `--home`. Keys that are not in it
            have their default.
        warnings: what is valid and yet works less well than its writer may think.
        files: what is read for it: the file, and the Apprise files that it names.
    """

    settings: Settings
    path: Path
    exists: bool
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """The file as read."""

    table: Table
    lines: Mapping[str, int]
    exists: bool
    readable_by_others: bool = False


def load(path: Path | None, env: Env, *, homes: Sequence[str] = (), resolve_urls: bool = True) -> Loaded:
    """Read the configuration. Without a file everything has its default.

    Args:
        path: the file of `--config`, or None for the usual place.
        env: the environment.
        homes: the directories of `--home`.
        resolve_urls: read `url_env` and `url_file` too. Commands that only look need no URL, and may run where the
            service's environment and credentials are not.

    Raises:
        FaultyConfigError: something in the file is wrong; it holds every fault.
        ConfigError: the file cannot be read or is not private enough.
        UsageError: $COVEN_WATCHDOG_CONFIG is a relative path.
    """
    place = config_place(path, env)
    source = _read(place)
    findings = Findings(str(place.path), dict(source.lines))
    settings = build(source.table, findings)
    check(settings, findings)
    watched, homes_origin = homes_of(settings, homes, env, findings)
    findings.settle()

    urls = [settings.heartbeat.url, *(channel.url for channel in settings.channels if channel.url)]
    if source.readable_by_others and any(secret(url.reveal()) for url in urls if url.reveal()):
        raise readable_by_others(place.path, str(place.path))

    channels = _resolved(settings.channels, env, findings) if resolve_urls else settings.channels
    origins = _origins(place.path, source.lines, homes_origin, settings.channels)
    settings = msgspec.structs.replace(settings, homes=watched, channels=globs_of(channels, env))
    check_homes(settings, findings)
    files = (place.path, *_apprise_files(channels, env))
    return Loaded(settings, place.path, source.exists, origins, tuple(findings.warnings), files)


def _read(place: Place) -> _Source:
    """The file's content; nothing when it is not there and nobody named it.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    if not place.chosen and not place.exists:
        return _Source({}, {}, exists=False)

    private = read_private(place.path, str(place.path))
    try:
        table = tomllib.loads(private.text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(place.path, str(error)) from error

    return _Source(table, lines_of(private.text), exists=True, readable_by_others=private.readable_by_others)


def _no_toml(path: Path, said: str) -> ConfigError:
    """What tomllib complains of, with the line where ours stand."""
    what, _, place = said.partition(" (at ")
    line = place.removeprefix("line ").partition(",")[0]
    where = f"{path}:{line}" if line.isdigit() else str(path)
    return ConfigError(
        f"is not TOML: {what[:1].lower()}{what[1:]}", where=where, next_step="mend the line; https://toml.io shows the syntax"
    )


def _resolved(channels: tuple[Channel, ...], env: Env, findings: Findings) -> tuple[Channel, ...]:
    """Every channel with its URL.

    Raises:
        FaultyConfigError: some URLs cannot be had.
    """
    resolved, faults = [], []
    for index, channel in enumerate(channels):
        key = f"channels[{index}].{'url_env' if channel.url_env else 'url_file'}"
        try:
            found = resolve(channel, env, findings.where(key))
        except ConfigError as error:
            faults.append(Fault(error.where, error.message, error.next_step))
            continue

        resolved.append(found)
        if origin(channel) and found.url is not None and warning(found.url.reveal()):
            findings.warn(key, warning(found.url.reveal()))

    if faults:
        raise FaultyConfigError(tuple(faults))

    return tuple(resolved)


def _apprise_files(channels: tuple[Channel, ...], env: Env) -> Iterator[Path]:
    """Where they are; a path that cannot be one is told when it is opened."""
    for channel in channels:
        if channel.apprise_config:
            with suppress(ConfigError):
                yield apprise_path(channel, env, "")


def _origins(path: Path, lines: Mapping[str, int], homes_origin: str, channels: tuple[Channel, ...]) -> Mapping[str, str]:
    """Where each key that has not its default came from."""
    origins = {key: f"{path}:{line}" for key, line in lines.items()}
    if homes_origin:
        origins = {key: told for key, told in origins.items() if not key.startswith("homes")} | {"homes": homes_origin}

    for index, channel in enumerate(channels):
        if origin(channel):
            origins[f"channels[{index}].url"] = origin(channel)

    return origins
