"""Apprise files become channels, with a real courier and with ones that misbehave."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from anyio import to_thread

from coven_watchdog.config import FaultyConfigError, Loaded, load, stanzas
from coven_watchdog.deliver.couriers import CourierPool
from coven_watchdog.deliver.expanding import Found, expanded, listed, load_expanded
from coven_watchdog.errors import ConfigError, ReplacedError
from coven_watchdog.settings import Secret
from deliver.letters import script

pytestmark = pytest.mark.anyio

APPRISE = "oncall=json://127.0.0.1:1/s3cr3t\nother=ntfys://s3cr3t\nnight=mqtt://host/s3cr3t\n"
STANZA = '[[channels]]\nname = "team"\napprise_config = "~/apprise.conf"\n'
Configure = Callable[..., Path]


@pytest.fixture
def env(tmp_path: Path, environ: dict[str, str]) -> Mapping[str, str]:
    """An environment whose HOME is empty."""
    return {**environ, "HOME": str(tmp_path)}


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Write the configuration and the Apprise file that it names, and give the path of the first."""

    def write(keys: str = "", apprise: str | None = APPRISE, text: str = STANZA) -> Path:
        for name, content in (("config.toml", f"{text}{keys}\n"), ("apprise.conf", apprise)):
            if content is not None:
                (tmp_path / name).write_text(content, encoding="utf-8")
                (tmp_path / name).chmod(0o600)

        return tmp_path / "config.toml"

    return write


async def asked(path: Path, env: Mapping[str, str], command: Sequence[str], **options: float) -> Found:
    """What comes of it with scripts in place of couriers."""
    loaded = await to_thread.run_sync(load, path, env)
    return await listed(stanzas(loaded), env, pool=CourierPool(env, command=command, version="1"), **options)


async def whole(path: Path, env: Mapping[str, str]) -> Loaded:
    """The configuration as `run` and the commands have it."""
    return await to_thread.run_sync(lambda: load_expanded(path, env))


def texts(error: ConfigError) -> str:
    """Everything that an error says."""
    faults = error.faults if isinstance(error, FaultyConfigError) else ()
    return repr(
        [error, error.message, error.where, error.next_step, *((one.message, one.where, one.next_step) for one in faults)]
    )


async def test_every_service_is_a_channel(configure: Configure, env: Mapping[str, str]) -> None:
    """Named and numbered in the order of the file, with the keys of the channel that names it, and with what is doubtful of them."""
    found = await whole(configure('after = "30m"'), env)
    channels = found.settings.channels
    assert [channel.name for channel in channels] == ["team/1", "team/2", "team/3"]
    assert channels[0].url == Secret("json://127.0.0.1:1/s3cr3t")
    assert {channel.after for channel in channels} == {1_800_000_000}
    (warning,) = found.warnings
    assert "channels[0].apprise_config: team/3: mqtt:// without ?qos=1" in warning


async def test_tags_choose(configure: Configure, env: Mapping[str, str]) -> None:
    """One of them suffices."""
    found = await whole(configure('tags = ["other", "oncall"]'), env)
    assert [channel.scheme for channel in found.settings.channels] == ["json", "ntfys"]


async def test_without_such_files_nobody_is_asked(configure: Configure, env: Mapping[str, str]) -> None:
    """Other configurations stay as they are, and cost no courier."""
    path = configure(text="")
    found = await to_thread.run_sync(load, path, env)
    assert await expanded(found, env) == found == await whole(path, env)
    assert await listed((), env, pool=CourierPool(env, command=("/not/there",))) == Found()


@pytest.mark.parametrize(
    ("keys", "apprise", "where", "said"),
    [
        ("", "", "3: channels[0].apprise_config", "there is no service in it"),
        ("", "urls:\n  - [\n", "3: channels[0].apprise_config", "it is no YAML (line 3)"),
        (
            "",
            "urls:\n  - json://s3cr3t:\n      x: 2001-99-99\n",
            "3: channels[0].apprise_config",
            "cannot read it (ValueError)",
        ),
        ("", "tgram://s3cr3t\n", "3: channels[0].apprise_config", "Apprise does not take line 1"),
        ("", "include s3cr3t.yml\n", "3: channels[0].apprise_config", "it includes other files (line 1)"),
        ('tags = ["oncal"]', APPRISE, "4: channels[0].tags", "; there are: night, oncall, other; did you mean oncall?"),
        ('tags = ["x", "y z"]', APPRISE, "4: channels[0].tags", 'has the tag "x" or "y z"; there are: night, oncall, other'),
        ('tags = ["x"]', "json://h\n", "4: channels[0].tags", 'has the tag "x": its services have no tags'),
        ("", None, "3: channels[0].apprise_config", "there is no file "),
    ],
    ids=["empty", "yaml", "value", "url", "include", "spelling", "several", "untagged", "missing"],
)
async def test_faults(
    configure: Configure, env: Mapping[str, str], keys: str, apprise: str | None, where: str, said: str
) -> None:
    """Each with its place, its reason and what to do, and without a secret."""
    path = await to_thread.run_sync(configure, keys, apprise)
    with pytest.raises(FaultyConfigError) as caught:
        await whole(path, env)

    assert caught.value.where == f"{path}:{where}"
    assert said in caught.value.message
    assert caught.value.next_step
    assert "s3cr3t" not in texts(caught.value)


async def test_all_faults_at_once(configure: Configure, env: Mapping[str, str]) -> None:
    """Two files with faults are told together."""
    path = configure(
        text=f'{STANZA}[[channels]]\nname = "b"\napprise_config = "~/missing.yml"\n', apprise="nonsense://s3cr3t\n"
    )
    with pytest.raises(FaultyConfigError) as caught:
        await whole(path, env)

    assert [fault.where.rpartition(": ")[2] for fault in caught.value.faults] == [
        "channels[0].apprise_config",
        "channels[1].apprise_config",
    ]


async def test_apprise_that_hangs(configure: Configure, env: Mapping[str, str]) -> None:
    """It is given up after a while, and its courier is killed: the pool ends with it."""
    found = await asked(configure(), env, script("say(ready='1'); hear(); time.sleep(600)"), limit=0.3)
    assert [fault.message.rpartition(": ")[2] for fault in found.faults] == ["Apprise did not read it within 0.3 s"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("say(ready='1'); hear(); sys.exit(3)", "Apprise cannot be asked: the courier ended with 3 before it answered"),
        ("say(ready='1'); hear(); say(broken='no module apprise')", "the courier lacks a library: no module apprise"),
        ("say(ready='1'); hear(); say(urls=3)", "the courier's answer makes no sense"),
        ("say(ready='1'); hear(); say(urls=['x\\n://s3cr3t'], tags=[], notes=[])", "the URL of its service 1 is no URL"),
        ("say(ready='1'); hear(); say(urls=['foo://s3cr3t'], tags=[], notes=[])", "service 1 has the unknown scheme foo://"),
    ],
)
async def test_couriers_that_misbehave(configure: Configure, env: Mapping[str, str], body: str, said: str) -> None:
    """What they say or leave unsaid is a fault of that file, and nothing of it is believed."""
    found = await asked(configure(), env, script(body))
    (fault,) = found.faults
    assert said in fault.message
    assert "s3cr3t" not in repr(found)
    assert not found.urls


async def test_a_replaced_installation(configure: Configure, env: Mapping[str, str]) -> None:
    """It is no fault of the configuration: whoever asked must start anew."""
    with pytest.raises(ReplacedError):
        await asked(configure(), env, script("say(ready='2')"))


async def test_what_the_courier_gets(configure: Configure, env: Mapping[str, str], tmp_path: Path) -> None:
    """The text, the tags and the file's name, on its standard input: never the text in its command or environment."""
    body = (
        "say(ready='1'); question = hear()\n"
        f"open({str(tmp_path / 'seen')!r}, 'w').write(json.dumps([question, sys.argv, dict(os.environ)]))\n"
        "say(urls=['json://h'], tags=[], services=1, notes=['a note'])"
    )
    path = configure('tags = ["a, b"]')
    found = await asked(path, env, script(body))
    question, arguments, environment = json.loads(await to_thread.run_sync((tmp_path / "seen").read_text))
    assert question == {"ask": "listing", "name": "apprise.conf", "text": APPRISE, "tags": ["a, b"]}
    assert "s3cr3t" not in repr((arguments, environment))
    assert found.urls == {0: ("json://h",)}
    assert found.notes == [f"{path}:3: channels[0].apprise_config: ~/apprise.conf: a note"]


async def test_apprise_is_not_loaded_here(configure: Configure, env: Mapping[str, str]) -> None:
    """The process that loads the configuration never has Apprise, nor a YAML reader, in it."""
    path = await to_thread.run_sync(configure)
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom coven_watchdog.deliver.expanding import load_expanded\n"
        "loaded = load_expanded(Path(sys.argv[1]), os.environ)\n"
        "print(len(loaded.settings.channels), [name for name in ('apprise', 'yaml', 'requests') if name in sys.modules])"
    )
    done = await to_thread.run_sync(
        lambda: subprocess.run(
            [sys.executable, "-c", code, str(path)], env=dict(env), capture_output=True, text=True, check=True, timeout=60
        )
    )
    assert done.stdout == "3 []\n"
