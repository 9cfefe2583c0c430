"""Which homes are watched, and who said so: `--home`, else `homes`, else $COVEN_HOME, else ~/.coven. Paths out are canonical."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from coven_watchdog.config.faults import Findings
from coven_watchdog.coven.paths import canonical, default_home
from coven_watchdog.settings import Channel, Home, Settings

OPTION = "--home"


def homes_of(
    settings: Settings, options: Sequence[str], env: Mapping[str, str], findings: Findings
) -> tuple[tuple[Home, ...], str]:
    """The homes with canonical paths, and their origin ("" for the file). Faults are noted.

    A home given by `--home` that the file knows as well keeps the name and the expectation it has there.
    """
    configured = _configured(settings, env, findings)
    if options:
        by_path = {home.path: home for home in configured}
        chosen = [str(canonical(option, env)) for option in options]
        homes, source = tuple(by_path.get(path, Home(path=path)) for path in dict.fromkeys(chosen)), OPTION
    elif configured:
        homes, source = configured, ""
    else:
        homes = (Home(path=str(default_home(env))),)
        source = "environment COVEN_HOME" if env.get("COVEN_HOME") else "default"

    _no_twins(homes, source, findings)
    return homes, source


def globs_of(channels: tuple[Channel, ...], env: Mapping[str, str]) -> tuple[Channel, ...]:
    """The channels with the paths in their `homes` written as those of homes are: from /, parents resolved as far as no glob hides them."""
    return tuple(
        msgspec.structs.replace(channel, homes=tuple(_located(glob, env) for glob in channel.homes)) for channel in channels
    )


def _located(glob: str, env: Mapping[str, str]) -> str:
    """One of them; a name stays what it is."""
    is_path = glob.startswith(("/", "~/")) and "\0" not in glob
    return str(canonical(glob, env)) if is_path or glob == "~" else glob


def _configured(settings: Settings, env: Mapping[str, str], findings: Findings) -> tuple[Home, ...]:
    """The homes of the file. A relative path is refused: it would be another home in each working directory."""
    built = []
    for index, home in enumerate(settings.watched):
        key = f"homes[{index}]"
        if not home.path.startswith(("/", "~/")) and home.path != "~":
            findings.add(key, "the path is relative or empty; write it from / or from ~/")
        elif "\0" in home.path:
            findings.add(key, "the path holds a zero byte")
        else:
            built.append(msgspec.structs.replace(home, path=str(canonical(home.path, env))))

    return tuple(built)


def _no_twins(homes: tuple[Home, ...], source: str, findings: Findings) -> None:
    """Two entries for one directory would tell everything twice; a symlink to a home is the same directory."""
    seen: dict[object, str] = {}
    # A single one has no twin, and may lie on a disk that hangs.
    for index, home in enumerate(homes if len(homes) > 1 else ()):
        mark = _mark(home.path)
        if mark in seen:
            key = OPTION if source == OPTION else f"homes[{index}]"
            findings.add(key, f"{home.path} is the same directory as {seen[mark]}", "name each home once")

        seen[mark] = home.path


def _mark(path: str) -> object:
    """What tells directories apart: device and inode, or the path while there is nothing."""
    try:
        facts = os.stat(Path(path))  # noqa: PTH116 - blocking once, before any event loop
    except OSError:
        return path

    return facts.st_dev, facts.st_ino
