"""`config`: init, path, show, validate, schema."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from cli.conftest import Cli
from coven_watchdog.config import TEMPLATE
from coven_watchdog.config.schema import schema


def test_a_first_file(cli: Cli) -> None:
    """It is private, valid, short, and its path is printed; a second time it is refused and nothing is overwritten."""
    done = cli("config", "init")
    assert (done.code, done.out) == (0, f"{cli.config}\n")
    assert cli.config.read_text(encoding="utf-8") == TEMPLATE
    assert cli.config.stat().st_mode & 0o777 == 0o600
    assert cli.config.parent.stat().st_mode & 0o777 == 0o700
    cli.config.write_text("# mine\n", encoding="utf-8")
    again = cli("config", "init")
    assert again.code == 2
    assert "there is a configuration already" in again.err
    assert cli.config.read_text(encoding="utf-8") == "# mine\n"


def test_a_first_file_elsewhere(cli: Cli) -> None:
    """--config says where; what cannot be written is an error."""
    assert cli("--config", "mine.toml", "config", "init").out == f"{cli.home}/mine.toml\n"
    (cli.home / "file").write_text("", encoding="utf-8")
    done = cli("config", "init", "--config", "file/below.toml")
    assert done.code == 1
    assert "cannot be written" in done.err


def test_the_path(cli: Cli) -> None:
    """Where it is looked for, whether it is there, and who says so."""
    assert cli("config", "path").out == f"{cli.config}\n"
    document = cli("config", "path", "--json", env={"COVEN_WATCHDOG_CONFIG": "/x.toml"}).document
    assert (document["path"], document["exists"], document["origin"]) == ("/x.toml", False, "environment COVEN_WATCHDOG_CONFIG")


def test_what_is_in_force(cli: Cli) -> None:
    """Each key with its value and origin, as TOML and as JSON; addresses are masked, warnings are said."""
    cli.configure('name = "x"\n[[channels]]\nname = "a"\nurl = "mqtt://me:secret@host/topic"\n')
    done = cli("config", "show")
    assert tomllib.loads(done.out)["channels"][0]["url"] == "mqtt://****@host/****"
    assert "secret" not in done.out + done.err
    assert "warning:" in done.err
    document = cli("config", "show", "--json").document
    assert {"key": "name", "value": "x", "origin": f"{cli.config}:1"} in document["keys"]
    assert document["exists"] is True
    assert len(document["warnings"]) == 1


def test_showing_needs_no_addresses(cli: Cli) -> None:
    """An address in a variable that is not set here is shown as that."""
    cli.configure('[[channels]]\nname = "a"\nurl_env = "NOT_SET"\n')
    assert 'url_env = "NOT_SET"' in cli("config", "show").out


def test_the_schema(cli: Cli) -> None:
    """It is printed as it is, indented."""
    assert json.loads(cli("config", "schema").out) == schema()


def test_a_valid_configuration(cli: Cli) -> None:
    """Valid without a file and with one; Apprise is asked, nothing is sent."""
    assert "none is needed" in cli("config", "validate").out
    cli.configure('[[channels]]\nname = "a"\nurl = "json://127.0.0.1:1/x"\n')
    done = cli("config", "validate")
    assert (done.code, done.out) == (0, f"✓ valid: {cli.config}\n")


def test_everything_wrong_at_once(cli: Cli) -> None:
    """Every fault of the file, exit code 2, and the same as a document."""
    path = cli.configure("naem = 1\n[probe]\nhealth_interval = 5\n")
    done = cli("config", "validate")
    assert done.code == 2
    assert f"✖ {path}:1: naem: unknown key; did you mean name?" in done.out
    document = cli("config", "validate", "--json").document
    assert document["valid"] is False
    assert [fault["where"] for fault in document["faults"]] == [f"{path}:1: naem", f"{path}:3: probe.health_interval"]


def test_what_only_apprise_and_the_system_know(cli: Cli) -> None:
    """A URL that Apprise refuses, a variable that is not set and a file that is not there are faults with their places."""
    text = '[[channels]]\nname = "a"\nurl = "tgram://s3cr3t"\n[[channels]]\nname = "b"\nurl_env = "NOT_SET"\n'
    text += '[[channels]]\nname = "c"\nurl_file = "$CREDENTIALS_DIRECTORY/c"\n[[channels]]\nname = "d"\nurl_env = "GIVEN"\n'
    path = cli.configure(text)
    done = cli("config", "validate", "--json", env={"GIVEN": "tgram://s3cr3t"})
    document = done.document
    assert done.code == 2
    assert [fault["where"] for fault in document["faults"]] == [
        f"{path}:6: channels[1].url_env",
        f"{path}:3: channels[0].url",
        f"{path}:12: channels[3].url_env",
    ]
    assert "NOT_SET is not set" in document["faults"][0]["message"]
    assert "Apprise does not take this URL" in document["faults"][1]["message"]
    assert document["unchecked"] == ["c"]
    assert "s3cr3t" not in done.out + done.err


@pytest.mark.parametrize(("mode", "said"), [(0o644, "chmod 600"), (0o622, "chmod go-w")])
def test_modes_are_validated(cli: Cli, mode: int, said: str) -> None:
    """A file that others can read (with a secret in it) or write is refused with the command that mends it."""
    path = cli.configure('[[channels]]\nname = "a"\nurl = "ntfys://topic"\n')
    Path(path).chmod(mode)
    document = cli("config", "validate", "--json").document
    assert document["valid"] is False
    assert said in document["faults"][0]["next"]
    assert os.access(path, os.R_OK)


APPRISE = """\
urls:
  - json://127.0.0.1:1/s3cr3t:
      tag: oncall
  - mqtt://me:s3cr3t@host/topic:
      tag: oncall
"""
TEAM = '[[channels]]\nname = "team"\napprise_config = "~/apprise.yml"\ntags = ["oncall"]\nafter = "30m"\n'


def apprise(cli: Cli, text: str = APPRISE, mode: int = 0o600) -> None:
    """Write the Apprise file."""
    file = cli.home / "apprise.yml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def test_an_apprise_file_in_force(cli: Cli) -> None:
    """Each of its services is a channel with a masked address from that file; what is doubtful of one is said."""
    path = cli.configure(TEAM)
    apprise(cli)
    done = cli("config", "show", "--json")
    keys = {one["key"]: (one["value"], one["origin"]) for one in done.document["keys"]}
    assert [keys[f"channels[{index}].name"][0] for index in (0, 1)] == ["team/1", "team/2"]
    assert keys["channels[0].url"] == ("json://127.0.0.1:1/****", "file ~/apprise.yml")
    assert keys["channels[1].after"] == ("30m", f"{path}:5")
    assert "mqtt://" in done.document["warnings"][0]
    assert "s3cr3t" not in done.out + done.err


def test_an_apprise_file_that_is_validated(cli: Cli) -> None:
    """It is read as `run` reads it; a warning is no fault."""
    cli.configure(TEAM)
    apprise(cli)
    document = cli("config", "validate", "--json").document
    assert (document["valid"], document["faults"], document["unchecked"]) == (True, [], [])
    assert "team/2: mqtt:// without ?qos=1" in document["warnings"][0]


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (APPRISE, 0o644, "other users can read it"),
        (APPRISE.replace("oncall", "night"), 0o600, "there are: night"),
        ("include: http://me:s3cr3t@host/x\n", 0o600, "it includes other files (line 1)"),
    ],
    ids=["readable", "tags", "include"],
)
def test_an_apprise_file_with_a_fault(cli: Cli, text: str, mode: int, said: str) -> None:
    """`validate` calls it invalid, `show` shows what is written and warns, `run` does not start: all with the reason, none with a secret."""
    cli.configure(TEAM + '[[channels]]\nname = "x"\nurl_env = "NOT_SET"\n')
    apprise(cli, text, mode)
    validated = cli("config", "validate", "--json")
    faults = [fault["message"] for fault in validated.document["faults"]]
    assert validated.code == 2
    assert (said in faults[0], "NOT_SET is not set" in faults[1], len(faults)) == (True, True, 2)
    shown = cli("config", "show")
    assert shown.code == 0
    assert said in shown.err
    assert tomllib.loads(shown.out)["channels"][0]["apprise_config"] == "~/apprise.yml"
    cli.configure(TEAM)
    ran = cli("run", "--once")
    assert ran.code == 2
    assert said in ran.err
    assert "s3cr3t" not in "".join(done.out + done.err for done in (validated, shown, ran))


def test_an_apprise_file_of_the_service(cli: Cli) -> None:
    """A credential cannot be read from here: it is not checked, which is said, and shown as it is written."""
    cli.configure('[[channels]]\nname = "team"\napprise_config = "$CREDENTIALS_DIRECTORY/apprise.yml"\n')
    document = cli("config", "validate", "--json").document
    assert (document["valid"], document["unchecked"]) == (True, ["team"])
    assert "apprise_config = " in cli("config", "show").out


def test_doubtful_addresses_by_reference(cli: Cli) -> None:
    """What works less well is a warning wherever the address stands."""
    cli.configure('[[channels]]\nname = "x"\nurl_env = "GIVEN"\n')
    (warning,) = cli("config", "validate", "--json", env={"GIVEN": "mqtt://host/s3cr3t"}).document["warnings"]
    assert "channels[0].url_env: mqtt:// without ?qos=1" in warning


def test_apprise_that_cannot_be_asked(cli: Cli) -> None:
    """A broken installation is an error in words: of an Apprise file a fault, of a URL the end of the check."""
    broken = cli.home / "broken"
    broken.mkdir()
    (broken / "apprise.py").write_text("raise ImportError('half of it is missing')", encoding="utf-8")
    env = {"PYTHONPATH": str(broken)}
    cli.configure(TEAM)
    apprise(cli)
    (fault,) = cli("config", "validate", "--json", env=env).document["faults"]
    assert fault["message"].startswith("~/apprise.yml cannot be read: Apprise cannot be asked: ")
    assert "half of it is missing" in fault["message"]
    cli.configure('[[channels]]\nname = "x"\nurl = "json://127.0.0.1:1/s3cr3t"\n')
    done = cli("config", "validate", env=env)
    assert done.code == 1
    assert "Apprise cannot be asked: " in done.err
    assert "Traceback" not in done.err
