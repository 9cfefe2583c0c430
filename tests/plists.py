"""A launchd agent in; everything that can be said against it without a Mac out. Keys and types as launchd.plist(5) has them.

launchd ignores an unknown key or a wrong type without a word, and expands neither `~` nor variables.
"""

import plistlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

_LIMITS = dict.fromkeys(
    (
        "Core",
        "CPU",
        "Data",
        "FileSize",
        "MemoryLock",
        "NumberOfFiles",
        "NumberOfProcesses",
        "ResidentSetSize",
        "Stack",
    ),
    int,
)
_KEEP_ALIVE = {"SuccessfulExit": bool, "Crashed": bool, "AfterInitialDemand": bool, "PathState": dict, "OtherJobEnabled": dict}
_KEYS: Mapping[str, Any] = {
    "Label": str,
    "ProgramArguments": list,
    "EnvironmentVariables": dict,
    "WorkingDirectory": str,
    "RunAtLoad": bool,
    "KeepAlive": _KEEP_ALIVE,
    "ThrottleInterval": int,
    "ExitTimeOut": int,
    "ProcessType": str,
    "LimitLoadToSessionType": str,
    "Umask": int,
    "Nice": int,
    "LowPriorityIO": bool,
    "AbandonProcessGroup": bool,
    "SoftResourceLimits": _LIMITS,
    "HardResourceLimits": _LIMITS,
    "StandardOutPath": str,
    "StandardErrorPath": str,
    "StandardInPath": str,
}
_NEEDED = ("Label", "ProgramArguments", "RunAtLoad", "KeepAlive")
_PATHS = ("WorkingDirectory", "StandardOutPath", "StandardErrorPath", "StandardInPath")
_PROCESS_TYPES = {"Background", "Standard", "Adaptive", "Interactive"}
_SESSIONS = {"Aqua", "Background", "LoginWindow", "StandardIO", "System"}
_DECIMAL_MASKS = {22, 27, 77}
_SECRET = re.compile(r"token|secret|passw|api_?key", re.IGNORECASE)
_UNEXPANDED = re.compile(r"~|\$HOME|\$\{")


def faults(data: bytes) -> list[str]:
    """What is wrong with the property list."""
    try:
        job = plistlib.loads(data)
    except Exception as error:  # noqa: BLE001 - expat and plistlib raise many kinds
        return [f"no property list: {error}"]

    if not isinstance(job, dict):
        return ["the top is no dict"]

    return [*_typed(job, _KEYS, ""), *(f"{key}: missing" for key in _NEEDED if key not in job), *_words(job), *_values(job)]


def _typed(job: Mapping[str, Any], keys: Mapping[str, Any], where: str) -> Iterator[str]:
    """Unknown keys, in whatever spelling, and values of another type; a truth value is no number."""
    for key, value in job.items():
        kind = keys.get(key)
        if kind is None:
            yield f"{where}{key}: unknown key"
        elif isinstance(kind, dict):
            yield from _typed(value, kind, f"{where}{key}.") if isinstance(value, dict) else [f"{where}{key}: no dict"]
        elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            yield f"{where}{key}: {type(value).__name__}"


def _words(job: Mapping[str, Any]) -> Iterator[str]:
    """Program, paths and variables."""
    words = job.get("ProgramArguments") or [""]
    if not all(isinstance(word, str) for word in words) or not str(words[0]).startswith("/"):
        yield "ProgramArguments: not texts from an absolute program on"

    yield from (f"{key}: not absolute" for key in _PATHS if key in job and not str(job[key]).startswith("/"))
    variables = job.get("EnvironmentVariables", {})
    yield from (f"EnvironmentVariables.{key}: not a text" for key, value in variables.items() if not isinstance(value, str))
    yield from (f"EnvironmentVariables.{key}: a secret" for key in variables if _SECRET.search(key))
    texts = [*words, *variables.values(), *(job.get(key, "/") for key in _PATHS)]
    yield from (f"{text!r} is not expanded" for text in texts if isinstance(text, str) and _UNEXPANDED.match(text))


def _values(job: Mapping[str, Any]) -> Iterator[str]:
    """Words of a fixed list, and numbers that are not what they look like."""
    if job.get("ProcessType", "Standard") not in _PROCESS_TYPES:
        yield "ProcessType: unknown"

    if job.get("LimitLoadToSessionType", "Aqua") not in _SESSIONS:
        yield "LimitLoadToSessionType: unknown"

    if job.get("Umask") in _DECIMAL_MASKS:
        yield "Umask: decimal digits of an octal number"

    if job.get("ThrottleInterval", 10) < 10:
        yield "ThrottleInterval: below 10 s"
