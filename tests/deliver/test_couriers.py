"""The pool: one courier per channel, started early, kept a while, killed in time, never in each other's way."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.deliver.installation import installation
from coven_watchdog.deliver.parcel import Receipt
from coven_watchdog.errors import DeliveryError, ReplacedError
from coven_watchdog.model.words import AttemptOutcome
from deliver.letters import ALERT, runs, script
from rigs.desktop import DesktopRig
from rigs.sinks import HttpSink, dripping, hanging
from waiting import auntil

pytestmark = pytest.mark.anyio

GOOD = script("say(ready='1')\nwhile True: accept()")
TO_HTTP = replace(ALERT, url="json://127.0.0.1")


def pool_of(
    command: Sequence[str],
    *,
    files: tuple[Path, ...] = (),
    idle: float = 60.0,
    preload: Callable[[], bool] = lambda: False,
) -> CourierPool:
    """A pool of scripts in place of couriers."""
    return CourierPool(os.environ, command=command, version="1", files=files, idle=idle, preload=preload)


async def test_real_couriers(environ: dict[str, str], http: HttpSink) -> None:
    """A message goes through a real courier to a real server."""
    async with CourierPool(environ) as pool:
        pool.prepare("web", local=False)
        receipt = await pool.send("web", replace(ALERT, url=http.url))

    assert receipt == Receipt("k7fq.1", AttemptOutcome.ACCEPTED)
    assert [request.json["title"] for request in http.got] == [ALERT.title]


async def test_one_courier_serves_its_channel() -> None:
    """Parcels of one channel go through one process, those of another through another."""
    async with pool_of(GOOD) as pool:
        first = await pool.send("a", ALERT)
        again = await pool.send("a", ALERT)
        other = await pool.send("b", ALERT)

    assert first.receipt == again.receipt != other.receipt


async def test_prepared_is_started(tmp_path: Path) -> None:
    """A courier that was asked for ahead is the one that carries; asking again starts no other."""
    starts = tmp_path / "starts"
    body = f"open({str(starts)!r}, 'a').write('x'); say(ready='1')\nwhile True: accept()"
    async with pool_of(script(body)) as pool:
        pool.prepare("a", local=False)
        pool.prepare("a", local=False)
        await auntil(starts.exists)
        await pool.send("a", ALERT)
        pool.prepare("a", local=False)
        await pool.send("a", ALERT)

    assert starts.read_text(encoding="ascii") == "x"


async def test_a_pool_leaves_nothing_behind() -> None:
    """Idle and busy couriers end with the pool."""
    async with pool_of(GOOD) as pool:
        receipt = await pool.send("a", ALERT)

    assert not runs(int(receipt.receipt))


async def test_a_hanging_service_is_killed_in_time() -> None:
    """After the parcel's time-out there is a receipt that says so, and the next parcel gets a new courier."""
    async with pool_of(
        script("say(ready='1')\nif hear()['id'] == 'hang.1': time.sleep(600)\nelse: say(id='k7fq.1', outcome='accepted')")
    ) as pool:
        receipt = await pool.send("a", replace(ALERT, id="hang.1", timeout=0.3))
        assert (receipt.outcome, receipt.error) == (AttemptOutcome.TIMED_OUT, "no answer within 0.3 s")
        assert (await pool.send("a", ALERT)).outcome is AttemptOutcome.ACCEPTED


async def test_a_courier_that_never_starts_is_killed_in_time() -> None:
    """Also one that was prepared and hangs before it is ready."""
    async with pool_of(script("time.sleep(600)")) as pool:
        pool.prepare("a", local=False)
        assert (await pool.send("a", replace(ALERT, timeout=0.3))).outcome is AttemptOutcome.TIMED_OUT


async def test_a_hanging_thread_costs_the_courier(environ: dict[str, str], http: HttpSink) -> None:
    """When Apprise gives a plugin up, its thread hangs on: the next parcel goes through a fresh courier."""
    async with CourierPool(environ) as pool:
        await pool.send("a", replace(ALERT, url=http.url))
        with dripping() as port:
            receipt = await pool.send("a", replace(ALERT, url=f"json://127.0.0.1:{port}", timeout=2.0))

        assert (receipt.outcome, receipt.error) == (AttemptOutcome.TIMED_OUT, "no answer within 1.8 s")
        assert (await pool.send("a", replace(ALERT, url=http.url))).outcome is AttemptOutcome.ACCEPTED


async def test_a_hanging_channel_delays_no_other(environ: dict[str, str], http: HttpSink) -> None:
    """While one channel hangs, another delivers; a stop does not wait for the one that hangs."""
    with hanging() as port:
        async with CourierPool(environ) as pool, anyio.create_task_group() as tasks:
            tasks.start_soon(pool.send, "bad", replace(ALERT, url=f"json://127.0.0.1:{port}?rto=600", timeout=600.0))
            assert (await pool.send("good", replace(ALERT, url=http.url))).outcome is AttemptOutcome.ACCEPTED
            tasks.cancel_scope.cancel()


async def test_a_pool_that_ends_answers(tmp_path: Path) -> None:
    """What is on its way when the pool ends has failed for now."""
    receipts: list[Receipt] = []
    body = f"say(ready='1'); hear(); open({str(tmp_path / 'heard')!r}, 'w'); time.sleep(600)"

    async def send() -> None:
        receipts.append(await pool.send("a", ALERT))

    async with anyio.create_task_group() as tasks, pool_of(script(body)) as pool:
        tasks.start_soon(send)
        await auntil((tmp_path / "heard").exists)

    assert [receipt.error for receipt in receipts] == ["the courier ended by signal 9 before it answered"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("say(ready='1'); hear(); os.kill(pid, signal.SIGSEGV)", "the courier ended by signal 11 before it answered"),
        ("say(ready='1'); hear(); print('what?', flush=True)", "the courier did not speak as one"),
        ("say(ready='1'); hear(); say(id='k7fq.1', outcome='lost')", "'lost' is not a valid AttemptOutcome"),
        ("say(ready='1'); hear(); say(id='other.1', outcome='accepted')", "the courier speaks of another parcel"),
        ("sys.exit('no reason')", "the courier does not start: no reason"),
    ],
)
async def test_a_broken_courier_is_a_passing_fault(body: str, words: str) -> None:
    """It is said what happened, and the next parcel gets a new courier."""
    async with pool_of(script(body)) as pool:
        for _ in range(2):
            receipt = await pool.send("a", ALERT)
            assert (receipt.outcome, receipt.error) == (AttemptOutcome.TEMPORARY, words)


async def test_what_a_courier_says_is_masked() -> None:
    """An answer that quotes the URL does not carry its secrets into an error."""
    async with pool_of(script("say(ready='1'); say(id=hear()['id'], outcome='t0kensecret')")) as pool:
        receipt = await pool.send("a", replace(ALERT, url="json://host/t0kensecret"))

    assert receipt.error == "'****' is not a valid AttemptOutcome"


async def test_another_version_was_installed() -> None:
    """A courier of another version means that we are the old one."""
    async with pool_of(script("say(ready='2'); hear()")) as pool:
        with pytest.raises(ReplacedError, match=r"package was replaced: the courier is of version 2"):
            await pool.send("a", ALERT)


@pytest.mark.parametrize("change", ["rewritten", "gone"])
async def test_a_package_that_changed_underneath(tmp_path: Path, change: str) -> None:
    """A courier that cannot start is our fault only if the installed files are not those we were started from."""
    file = tmp_path / "module.py"
    file.touch()
    async with pool_of(script("sys.exit('half an installation')"), files=(file,)) as pool:
        assert (await pool.send("a", ALERT)).outcome is AttemptOutcome.TEMPORARY
        file.unlink()
        if change == "rewritten":
            (tmp_path / "new").touch()
            (tmp_path / "new").rename(file)

        with pytest.raises(ReplacedError, match="half an installation"):
            await pool.send("a", ALERT)


async def test_python_itself_is_gone(tmp_path: Path) -> None:
    """The interpreter was removed with the environment it was in."""
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    async with pool_of((str(python), "-c", "pass"), files=(python,)) as pool:
        python.unlink()
        with pytest.raises(ReplacedError, match="No such file"):
            await pool.send("a", ALERT)


async def test_preparing_keeps_faults_for_the_parcel() -> None:
    """A courier that cannot be prepared is no error yet."""
    async with pool_of(script("say(ready='2'); hear()")) as pool:
        pool.prepare("a", local=False)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(ReplacedError):
            await pool.send("a", ALERT)


async def test_an_idle_courier_ends() -> None:
    """A while after its last parcel a courier is gone, and another comes when needed."""
    async with pool_of(GOOD, idle=0.05) as pool:
        pid = int((await pool.send("a", ALERT)).receipt)
        await auntil(lambda: not runs(pid))
        assert (await pool.send("a", ALERT)).receipt != str(pid)


async def test_preloaded_couriers_stay() -> None:
    """With `preload` it is kept; the moment that is switched off, its time counts from the next parcel."""
    keep, asked = [True], []

    def preload() -> bool:
        asked.append(keep[0])
        return keep[0]

    async with pool_of(GOOD, idle=0.02, preload=preload) as pool:
        pid = int((await pool.send("a", ALERT)).receipt)
        await anyio.lowlevel.checkpoint()
        for _ in range(3):
            await pool.send("b", replace(ALERT, timeout=5.0))

        assert runs(pid)
        keep[0] = False
        assert (await pool.send("a", ALERT)).receipt == str(pid)
        await auntil(lambda: not runs(pid))


async def test_removed_channels_lose_their_courier() -> None:
    """After a reload the couriers of channels that are gone end; the others stay."""
    async with pool_of(GOOD) as pool:
        gone = int((await pool.send("gone", ALERT)).receipt)
        stays = int((await pool.send("stays", ALERT)).receipt)
        pool.retire(frozenset({"stays"}))
        await auntil(lambda: not runs(gone))
        assert runs(stays)


async def test_a_courier_is_told_what_to_load() -> None:
    """Only one for a remote service loads Apprise."""
    async with pool_of(
        script("say(ready='1'); say(id=hear()['id'], outcome='accepted', receipt=' '.join(sys.argv[1:]))")
    ) as pool:
        assert (await pool.send("web", TO_HTTP)).receipt == "apprise"
        assert (await pool.send("desk", ALERT)).receipt == ""


@pytest.mark.system
async def test_asking_for_the_desktop(environ: dict[str, str], desktop: DesktopRig, tmp_path: Path) -> None:
    """Whether there is a desktop is asked of a courier: "" is yes."""
    async with CourierPool(environ | desktop.environ) as pool:
        assert await pool.desktop_missing() == ""

    bare = {name: value for name, value in environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    async with CourierPool(bare | {"XDG_RUNTIME_DIR": str(tmp_path)}) as pool:
        assert await pool.desktop_missing() == "no desktop here: no session bus"


async def test_a_question_that_is_not_answered() -> None:
    """A courier that breaks over it leaves the answer open, in words."""
    async with pool_of(script("say(ready='1'); hear(); sys.exit(3)")) as pool:
        assert await pool.desktop_missing() == "the desktop cannot be asked: the courier ended with 3 before it answered"


async def test_asking_about_urls(environ: dict[str, str]) -> None:
    """Several URLs are asked about in one go; "" is one that Apprise takes."""
    async with CourierPool(environ) as pool:
        taken, refused = await pool.refusals(["json://127.0.0.1", "slack://bad"])

    assert taken == ""
    assert refused.startswith("Apprise does not take this URL")


async def test_urls_that_cannot_be_asked_about() -> None:
    """A courier that breaks over it is an error of its own kind, not a refusal."""
    async with pool_of(script("say(ready='1'); hear(); sys.exit(3)")) as pool:
        with pytest.raises(DeliveryError, match="Apprise cannot be asked: the courier ended with 3"):
            await pool.refusals(["json://127.0.0.1"])


def test_the_environment_is_small() -> None:
    """A courier gets what it needs to find things, the desktop and the way out; no secret of ours."""
    kept = {
        "HOME": "/h",
        "PATH": "/bin",
        "LC_ALL": "C",
        "XDG_RUNTIME_DIR": "/run",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x",
        "WAYLAND_DISPLAY": "w",
        "https_proxy": "http://proxy",
        "SSL_CERT_FILE": "/c",
    }
    assert environment(kept | {"COVEN_WATCHDOG_URL": "secret", "AWS_SECRET": "x", "OPENAI_API_KEY": "y"}) == kept


def test_the_installation_is_what_a_courier_loads() -> None:
    """Python, the courier, our package and Apprise: all of them exist."""
    files = installation()
    assert all(file.exists() for file in files)
    assert {file.parent.name for file in files} >= {"coven_watchdog", "deliver", "apprise"}
