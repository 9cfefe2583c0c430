"""The property list for one user, as strictly as it can be judged without a Mac."""

import plistlib
from pathlib import Path
from typing import Any

import pytest

from coven_watchdog.errors import WatchdogError
from coven_watchdog.service import files
from coven_watchdog.service.agent import LABEL, agent
from coven_watchdog.service.templates import AGENT, template
from plists import faults

HOME = Path("/Users/o'brien & ü")
WORDS = (f'{HOME}/my "apps"/<1>/python', "-P", "-m", "coven_watchdog", "run")
ENV = {"PATH": "/opt/homebrew/bin:/usr/bin", "COVEN_HOME": "/Volumes/a & b]]>/$x %h"}


def _made(**changes: Any) -> bytes:  # noqa: ANN401 - any key of a property list
    job = plistlib.loads(agent(template(AGENT), WORDS, ENV, HOME).encode())
    return plistlib.dumps({key: value for key, value in (job | changes).items() if value is not None})


def test_the_one_in_the_repository() -> None:
    """It can be used by hand: every key is known and of its type, and the paths are where the log of `service install` goes."""
    text = template(AGENT)
    assert faults(text.encode()) == []
    assert plistlib.loads(text.encode())["Label"] == LABEL == Path(AGENT).stem


def test_this_users() -> None:
    """What is started, its variables and its files are this user's, character by character; the rest is the repository's."""
    text = agent(template(AGENT), WORDS, ENV, HOME)
    job, theirs = plistlib.loads(text.encode()), plistlib.loads(template(AGENT).encode())
    logs = f"{HOME}/Library/Logs/coven-watchdog"
    assert faults(text.encode()) == []
    assert job["ProgramArguments"] == [*WORDS, "--log-file", f"{logs}/watchdog.log"]
    assert job["EnvironmentVariables"] == ENV
    assert {job["StandardOutPath"], job["StandardErrorPath"]} == {f"{logs}/errors.log"}
    assert job["WorkingDirectory"] == str(HOME)
    changed = {"ProgramArguments", "EnvironmentVariables", "StandardOutPath", "StandardErrorPath", "WorkingDirectory"}
    assert {key: job[key] for key in theirs if key not in changed} == {key: theirs[key] for key in theirs if key not in changed}
    assert job["KeepAlive"] == {"SuccessfulExit": False}


def test_it_is_ours() -> None:
    """A comment says who wrote it; a change shows."""
    text = agent(template(AGENT), WORDS, ENV, HOME)
    assert files.is_ours(text)
    assert not files.is_edited(text)
    assert files.is_edited(text.replace("<true/>", "<false/>", 1))


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "h\udc80lf"])
def test_what_xml_cannot_hold(bad: str) -> None:
    """Control characters and half characters are refused with a sentence."""
    with pytest.raises(WatchdogError, match="cannot be written into a service's file"):
        agent(template(AGENT), WORDS, {"PATH": bad}, HOME)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"keepalive": True}, "keepalive: unknown key"),
        ({"KeepAlive": {"SucessfulExit": False}}, "KeepAlive.SucessfulExit: unknown key"),
        ({"KeepAlive": True}, "KeepAlive: no dict"),
        ({"RunAtLoad": "true"}, "RunAtLoad: str"),
        ({"ThrottleInterval": True}, "ThrottleInterval: bool"),
        ({"ThrottleInterval": 1}, "ThrottleInterval: below 10 s"),
        ({"Label": None}, "Label: missing"),
        ({"ProgramArguments": ["coven-watchdog"]}, "ProgramArguments: not texts from an absolute program on"),
        ({"ProgramArguments": ["/x", 1]}, "ProgramArguments: not texts from an absolute program on"),
        ({"StandardOutPath": "~/x.log"}, "StandardOutPath: not absolute"),
        ({"EnvironmentVariables": {"N": 1}}, "EnvironmentVariables.N: not a text"),
        ({"EnvironmentVariables": {"NTFY_TOKEN": "x"}}, "EnvironmentVariables.NTFY_TOKEN: a secret"),
        ({"EnvironmentVariables": {"X": "$HOME/x"}}, "'$HOME/x' is not expanded"),
        ({"ProcessType": "background"}, "ProcessType: unknown"),
        ({"LimitLoadToSessionType": "aqua"}, "LimitLoadToSessionType: unknown"),
        ({"Umask": 77}, "Umask: decimal digits of an octal number"),
    ],
)
def test_the_judge_is_strict(changes: dict[str, Any], said: str) -> None:
    """Each mistake that launchd would pass over in silence is found."""
    assert said in faults(_made(**changes))


@pytest.mark.parametrize("data", [b"", _made()[:200], _made().replace(b"<true/>", b"<yes/>"), b"<plist><array/></plist>"])
def test_no_property_list(data: bytes) -> None:
    """A broken file, and one whose top is no dict, is none."""
    assert len(faults(data)) == 1
