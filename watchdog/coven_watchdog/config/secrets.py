"""A channel that names its URL by reference in, the channel with the URL out."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from coven_watchdog.config.reading import LARGEST, read_private, readable_by_others
from coven_watchdog.config.urls import fault
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Channel, Secret

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""systemd sets it for a service with `LoadCredential=`; it exists inside that service only."""
_LARGEST_APPRISE = 1 << 17
"""Apprise itself reads no more."""


def resolve(channel: Channel, env: Mapping[str, str], where: str) -> Channel:
    """The channel with its URL read from `url_env` or `url_file`; one with a `url` or an `apprise_config` as it is.

    Args:
        channel: one that passed `checks.check`.
        env: the environment.
        where: `file:line: key` of the reference, for errors.

    Raises:
        ConfigError: the variable is not set, the file is not there or not private, or it holds no URL.
    """
    if channel.url is not None or channel.apprise_config:
        return channel

    url = _from_environment(channel.url_env, env, where) if channel.url_env else _from_file(channel.url_file, env, where)
    wrong = fault(url)
    if wrong:
        message = f"the value of {origin(channel)} {wrong}"
        raise ConfigError(message, where=where, next_step="see https://appriseit.com/services/ for the URL of each service")

    return msgspec.structs.replace(channel, url=Secret(url))


def origin(channel: Channel) -> str:
    """Where a channel's URL comes from, when not from the configuration itself; else ""."""
    if channel.url_env:
        return f"environment {channel.url_env}"

    file = channel.url_file or channel.apprise_config
    return f"file {file}" if file else ""


def needs_service(channel: Channel, env: Mapping[str, str]) -> bool:
    """Whether the URL lies in a credential that only the service can see, and this is not the service."""
    return CREDENTIALS in channel.url_file + channel.apprise_config and not env.get(CREDENTIALS)


def apprise_path(channel: Channel, env: Mapping[str, str], where: str) -> Path:
    """Where a channel's Apprise configuration is.

    Raises:
        ConfigError: its path is relative, or needs a variable that is not set.
    """
    return _path(channel.apprise_config, env, where)


def apprise_text(channel: Channel, env: Mapping[str, str], where: str) -> str:
    """The content of a channel's Apprise configuration, a file that nobody else can read or write.

    Raises:
        ConfigError: it cannot be had.
    """
    return _private_text(apprise_path(channel, env, where), where, _LARGEST_APPRISE)


def _from_environment(name: str, env: Mapping[str, str], where: str) -> str:
    """The value of a variable."""
    if not env.get(name, "").strip():
        message = f"the environment variable {name} is not set"
        raise ConfigError(message, where=where, next_step=f"set {name} where the watchdog is started, or use url_file")

    return env[name].strip()


def _from_file(written: str, env: Mapping[str, str], where: str) -> str:
    """The content of a file that nobody else can read or write."""
    return _private_text(_path(written, env, where), where).strip()


def _private_text(path: Path, where: str, largest: int = LARGEST) -> str:
    private = read_private(path, where, largest)
    if private.readable_by_others:
        raise readable_by_others(path, where)

    return private.text


def _path(written: str, env: Mapping[str, str], where: str) -> Path:
    """The path with `~` and $CREDENTIALS_DIRECTORY expanded; no other variable is."""
    if CREDENTIALS in written and not env.get(CREDENTIALS):
        message = f"${CREDENTIALS} is not set here"
        raise ConfigError(message, where=where, next_step="systemd sets it for a service that has LoadCredential=")

    for form in (f"${{{CREDENTIALS}}}", f"${CREDENTIALS}"):
        written = written.replace(form, env.get(CREDENTIALS, ""))

    if written.startswith("~/"):
        written = os.path.join(env.get("HOME") or str(Path.home()), written[2:])  # noqa: PTH118 - text in, text out

    path = Path(written)
    if not path.is_absolute():
        message = "the path is relative, which would mean another file in each working directory"
        raise ConfigError(message, where=where, next_step="give it as an absolute path, or from ~")

    return path
