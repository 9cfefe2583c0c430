"""The outermost fence: command lines in, exit codes and streams out."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Cli
from report.filled import fill


def test_errors_are_sentences(cli: Cli) -> None:
    """Usage errors exit 2 and say what next on standard error; nothing on standard output, no traceback."""
    done = cli("incidents", "show")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: missing argument 'ID'\n next: coven-watchdog incidents show --help\n"
    assert cli("statsu").err.startswith('error: there is no command "statsu"; did you mean status?')


def test_errors_are_documents_under_json(cli: Cli) -> None:
    """With --json an error is the one document on standard output; the exit code is the same."""
    done = cli("incidents", "show", "zzzz", "--json")
    assert done.code == 1
    assert done.err == ""
    assert done.document["schema"] == "coven-watchdog.error.v1"
    assert done.document["error"]["code"] == "failed"
    assert "coven-watchdog incidents --all" in done.document["error"]["next"]


@pytest.mark.parametrize(
    "arguments", [("check", "--nonsense"), ("check", "--expect", "maybe"), ("--config", "/nowhere", "check")]
)
def test_every_error_of_check_is_unknown(cli: Cli, arguments: tuple[str, ...]) -> None:
    """To a monitoring system any error is UNKNOWN: exit code 3 and one line that says so."""
    done = cli(*arguments)
    assert done.code == 3
    assert done.out.startswith("COVEN UNKNOWN - ")


def test_a_faulty_configuration_is_told_whole(cli: Cli) -> None:
    """Exit code 2, each fault with file, line and key, and what to do."""
    path = cli.configure("naem = 1\n[probe]\nhealth_interval = 5\n")
    done = cli("status")
    assert done.code == 2
    assert f"error: {path}:1: naem: unknown key; did you mean name?\n" in done.err
    assert f"error: {path}:3: probe.health_interval: 5 has no unit" in done.err
    assert "config validate" in done.err


def test_what_nobody_foresaw_is_a_sentence_too(cli: Cli) -> None:
    """A fault of ours is told as one, redacted and without a traceback; --debug shows it."""
    env = {"PYTHONPATH": str(_broken(cli.home))}
    done = cli("completion", "bash", env=env)
    assert done.code == 1
    assert done.err.startswith("error: a fault of the watchdog itself: RuntimeError: ")
    assert "s3cr3t" not in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in cli("--debug", "completion", "bash", env=env).err


def _broken(directory: Path) -> Path:
    """A path whose `sitecustomize` breaks a module of click's that only `completion` needs."""
    text = "import sys, types\nm = types.ModuleType('click.shell_completion')\n"
    text += "def fail(name): raise RuntimeError('token=s3cr3t-value')\nm.get_completion_class = fail\n"
    text += "m.CompletionItem = m.ShellComplete = m.split_arg_string = object\nsys.modules['click.shell_completion'] = m\n"
    (directory / "sitecustomize.py").write_text(text, encoding="utf-8")
    return directory


def test_a_reader_that_leaves_is_no_trouble(cli: Cli) -> None:
    """When the reader of a pipe goes away, the command ends without a word."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*cli.command, "config", "schema"], env=dict(cli.env), stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_error_that_nobody_reads_keeps_its_code(cli: Cli) -> None:
    """When even the error cannot be written, the exit code still tells."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*cli.command, "incidents", "show", "zzzz", "--json"],
        env=dict(cli.env),
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told(cli: Cli) -> None:
    """Output that cannot be written is an error, not a success."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*cli.command, "config", "schema"], env=dict(cli.env), stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 1
    assert b"cannot write the output: No space left on device" in done.stderr


def test_ctrl_c_ends_with_130(cli: Cli) -> None:
    """A command that stays ends at Ctrl-C with the usual code, without a traceback."""
    fill(cli.database.parent)
    process = subprocess.Popen(
        [*cli.command, "incidents", "--follow", "--all"], env=dict(cli.env), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert b"Traceback" not in err


def test_words_that_the_terminal_cannot_show_are_replaced(cli: Cli) -> None:
    """An ASCII terminal gets question marks, not an error."""
    done = cli("status", env={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0
    assert "Nobody is watching" in done.out


def test_a_thread_that_hangs(cli: Cli, tmp_path: Path) -> None:
    """What was left behind in a disk that hangs keeps no command from ending; all that it said is there."""
    (tmp_path / "sitecustomize.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait).start()\n", encoding="utf-8"
    )
    done = cli("config", "path", "--json", env={"PYTHONPATH": str(tmp_path)})
    assert (done.code, done.document["schema"]) == (0, "coven-watchdog.config.path.v1")
    assert cli("incidents", "show", env={"PYTHONPATH": str(tmp_path)}).code == 2
