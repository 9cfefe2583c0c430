"""From who asks to a bundle in memory: each collector fails alone, the gate refuses, the same comes of the same."""

import io
import json
import secrets
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.collectors import COLLECTORS
from coven_watchdog.diagnose.bundle.facts import Collected
from coven_watchdog.diagnose.bundle.making import ROOM, Bundle, Request, bundled, make
from coven_watchdog.diagnose.bundle.piece import Collector, Piece
from coven_watchdog.errors import NotCollectedError, SecretFoundError, UsageError, WatchdogError
from coven_watchdog.report.bundle import AbsentView
from coven_watchdog.settings import Home, Settings
from diagnose.bundle.bench import asking, case, piece
from report.filled import CRASH


def made(about: BundleCase, *absent: AbsentView, drop: tuple[str, ...] = (), **pieces: Piece) -> Bundle:
    """The bundle of these pieces."""
    return bundled(Collected(about, {f"{name}.txt": one for name, one in pieces.items()}), absent, drop)


def inside(bundle: Bundle) -> dict[str, str]:
    """The archive's files."""
    with tarfile.open(fileobj=io.BytesIO(bundle.archive)) as tar:
        found = {entry.name: tar.extractfile(entry) for entry in tar.getmembers()}
        return {name.partition("/")[2]: content.read().decode() for name, content in found.items() if content is not None}


def test_the_same_comes_of_the_same(tmp_path: Path) -> None:
    """Byte by byte; the report and the manifest are in it, and nobody's name."""
    about = case(tmp_path)
    first = made(about, a=piece(f"see {tmp_path}"), b=piece("x"))
    assert first == made(about, a=piece(f"see {tmp_path}"), b=piece("x"))
    files = inside(first)
    assert sorted(files) == ["REPORT.md", "a.txt", "b.txt", "manifest.json"]
    assert files["a.txt"] == "see <home>\n"
    assert files["REPORT.md"] == first.report
    listed = {one["file"]: one for one in json.loads(files["manifest.json"])["files"]}
    assert listed["a.txt"]["redactions"] == {"home": 1}
    assert first.stamp == "coven-bundle-now-20260528T202640Z"


def test_what_it_is_about_names_it(tmp_path: Path) -> None:
    """The incident's id, or the beginning of the session's."""
    assert made(case(tmp_path, incident=CRASH)).stamp.startswith("coven-bundle-k7fq-")


def test_the_gate(tmp_path: Path) -> None:
    """What still looks like a secret refuses the whole: file and line are named, and how to leave it out; never the thing itself."""
    secret = "AK" + "Cp8" + "abcdefghijklmnop0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef01234567"
    url = "https://user:" + "x" * 4 + "@host/"
    about = case(tmp_path)
    odd = replace(piece("fine"), source=f"{secret} {url}")
    with pytest.raises(SecretFoundError) as caught:
        made(about, a=odd)

    assert caught.value.where.startswith("manifest.json:")
    assert "nothing was written" in caught.value.message
    assert secret not in caught.value.message
    assert caught.value.exit_code == 1


def test_why_a_file_is_not_there_is_redacted(tmp_path: Path) -> None:
    """It goes into the manifest and into the report."""
    bundle = made(case(tmp_path), AbsentView(file="c.txt", why=f"cannot read {tmp_path}/c"))
    assert bundle.absent[0].why == "cannot read <home>/c"
    assert not any(str(tmp_path) in text for text in inside(bundle).values())


def test_the_report_can_be_dropped(tmp_path: Path) -> None:
    """As every other file but the manifest."""
    bundle = made(case(tmp_path), drop=("REPORT.md",), a=piece("x"))
    assert (bundle.report, sorted(inside(bundle))) == ("", ["a.txt", "manifest.json"])


def test_it_stays_below_ten_megabytes(tmp_path: Path) -> None:
    """Whatever is in it: what cannot be compressed is cut, too."""
    noise = [secrets.token_hex(40) for _ in range(1000)]
    pieces = {"a.txt": replace(piece(""), lines=noise), "b.txt": piece("small")}
    bundle = bundled(Collected(case(tmp_path), pieces), (), (), room=20_000)
    assert len(bundle.archive) < 20_000
    assert ROOM < 10_000_000
    files = {file.name: file for file in bundle.files}
    assert files["a.txt"].cut.endswith("older lines")
    assert files["a.txt"].text.endswith(f"{noise[-1]}\n")
    assert files["b.txt"].cut == ""


def test_each_collector_fails_alone(tmp_path: Path) -> None:
    """One breaks, one hangs, one has nothing, one is dropped, one is not wanted: the others are there, and it is said why these are not."""

    async def breaks(_: BundleCase) -> Piece:
        message = "token=abcdef123456"
        raise KeyError(message)

    async def hangs(_: BundleCase) -> Piece:
        await anyio.sleep_forever()
        raise AssertionError

    async def has_nothing(_: BundleCase) -> Piece:
        message = "there is none"
        raise NotCollectedError(message)

    async def works(_: BundleCase) -> Piece:
        return piece("fine")

    collectors = (
        Collector("a", "a", 1, breaks),
        Collector("b", "b", 0.05, hangs),
        Collector("c", "c", 1, has_nothing),
        Collector("d", "d", 1, works),
        Collector("e", "e", 1, works),
        Collector("f", "f", 1, works, wanted=lambda _: False),
    )
    bundle = _asked(tmp_path, Request(drop=("e",)), collectors)
    assert [file.name for file in bundle.files] == ["REPORT.md", "d"]
    assert {one.file: one.why for one in bundle.absent} == {
        "a": "a fault of the watchdog itself: KeyError: 'token=[redacted]'",
        "b": "it took longer than 0.05 s",
        "c": "there is none",
        "e": "left out with --drop",
    }


def _asked(base: Path, request: Request, collectors: Sequence[Collector] = COLLECTORS) -> Bundle:
    """Somebody without Coven, service, database or home asks."""
    asked = asking(base, Settings(homes=(Home(path=str(base / "h")),)))

    async def ask() -> Bundle:
        return await make(replace(asked, env={**asked.env, "PATH": str(base)}), request, collectors)

    return anyio.run(ask)


def test_nothing_is_there(tmp_path: Path) -> None:
    """No Coven, no home, no service: a bundle says just that, and makes nothing."""
    bundle = _asked(tmp_path, Request())
    assert "**Nothing wrong was found**" in bundle.report
    assert "Coven is not installed for whoever asks" in bundle.report
    assert {"health.json", "home.txt", "incidents.jsonl"} <= {one.file for one in bundle.absent}
    assert list(tmp_path.iterdir()) == []


def test_the_homes_own_patterns(tmp_path: Path) -> None:
    """What its owner told Coven to mask, in `privacy.toml`, is masked here, too."""
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "privacy.toml").write_text("extra_patterns = ['custom-[0-9]+']", encoding="utf-8")

    async def says(_: BundleCase) -> Piece:
        return piece("of custom-17")

    bundle = _asked(tmp_path, Request(), (Collector("a", "a", 1, says),))
    assert bundle.files[1].text == "of [redacted]\n"


def test_what_cannot_be_asked_for(tmp_path: Path) -> None:
    """An id that nobody knows, a file that is none."""
    with pytest.raises(WatchdogError, match="no incident and no session"):
        _asked(tmp_path, Request("zzzz"))

    with pytest.raises(UsageError, match=r"there is no file manifest\.json in a bundle") as caught:
        _asked(tmp_path, Request(drop=("manifest.json",)))

    assert "REPORT.md" in caught.value.next_step
