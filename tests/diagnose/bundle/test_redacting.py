"""Pieces become files that may leave, and it can be seen what was taken out of them."""

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec

from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.piece import Piece
from coven_watchdog.diagnose.bundle.redacting import File, configured, in_context, redacted, redactor
from coven_watchdog.settings import Channel, Secret, Settings
from diagnose.bundle.bench import asking, case, piece, read
from ledgers import ledger

TOKEN = "gh" + "p_0123456789abcdefghijABCDEFGHIJ012345"
URL = "ntfys://" + "tk_" + "abcdefghij0123456789abcdefghi@ntfy.example.com/top-secret-topic1"


def made_of(made: BundleCase, one: Piece, name: str = "x.txt") -> File:
    """The file that comes of a piece."""
    return redacted(name, one, redactor(made, {name: one}))


def test_secrets_and_names(tmp_path: Path) -> None:
    """A secret, the user's home and name, a project of the ledger: all gone, counted by kind; the rest stays."""
    made = case(tmp_path)
    ledger(made.paths.root, {"id": "a1", "project_root": "/srv/code/moonshot"})
    made = replace(made, ledger=read(made))
    file = made_of(made, piece(f"token {TOKEN} of adalovelace\n{tmp_path}/x in moonshot, exit 3"))
    assert "<project-" in file.text
    assert file.text.endswith("exit 3\n")
    assert not any(word in file.text for word in (TOKEN, "adalovelace", str(tmp_path), "moonshot"))
    assert dict(file.counts) == {"token": 1, "user": 1, "home": 1, "project": 1}


def test_projects_where_they_are_asked_for(tmp_path: Path) -> None:
    """With titles their paths are wanted."""
    made = case(tmp_path, wishes=Wishes(titles=True))
    ledger(made.paths.root, {"id": "a1", "project_root": "/srv/code/moonshot"})
    assert "moonshot" in made_of(replace(made, ledger=read(made)), piece("in moonshot")).text


def test_what_coven_masks_is_masked(tmp_path: Path) -> None:
    """By the home's own privacy.toml, beside the user's patterns."""
    made = case(tmp_path, patterns=("custom-[0-9]+",))
    assert made_of(made, piece("of custom-17")).text == "of [redacted]\n"


def test_the_same_bundle_has_the_same_placeholders(tmp_path: Path) -> None:
    """Another one has others: nobody can tell from two that they speak of one project."""
    made = case(tmp_path)
    first, again = made_of(made, piece("adalovelace")), made_of(made, piece("adalovelace"))
    other = made_of(made, piece("adalovelace and more"))
    assert first == again
    assert first.text.strip() not in other.text


def test_configured_secrets(tmp_path: Path) -> None:
    """The whole address of each channel and the parts that give access, from wherever it is kept; no word of a language."""
    path = tmp_path / "url"
    path.write_text("json://user:pass9word1@host/", encoding="utf-8")
    path.chmod(0o600)
    channels = (
        Channel(name="a", url=Secret(URL)),
        Channel(name="b", url_env="HOOK"),
        Channel(name="c", url_file=str(path)),
        Channel(name="d", url=Secret("desktop://")),
        Channel(name="e", url_env="MISSING"),
    )
    asked = asking(tmp_path, Settings(channels=channels))
    made = replace(case(tmp_path), asked=replace(asked, env={**asked.env, "HOOK": "slack://tokenA1/tokenB22/tokenC333"}))
    found = configured(made)
    assert {
        URL,
        "slack://tokenA1/tokenB22/tokenC333",
        "json://user:pass9word1@host/",
        "pass9word1",
        "top-secret-topic1",
    } <= found
    assert not {"host", "user", "ntfy", "example"} & found
    text = made_of(made, piece(f"sent to {URL} and tokenB22 at host")).text
    assert text == "sent to [redacted] and [redacted] at host\n"


def test_an_apprise_file(tmp_path: Path) -> None:
    """Its addresses are secrets, too."""
    path = tmp_path / "apprise.yml"
    path.write_text("urls:\n  - discord://1234567890/tokentoken99\n", encoding="utf-8")
    path.chmod(0o600)
    asked = asking(tmp_path, Settings(channels=(Channel(name="a", apprise_config=str(path)),)))
    assert "tokentoken99" in configured(replace(case(tmp_path), asked=asked))


def test_everything_in_context(tmp_path: Path) -> None:
    """File, line, and what stands around it: never the thing itself."""
    file = made_of(case(tmp_path), piece(f"nothing here\nthe key {TOKEN} was refused"), "a.log")
    (one,) = in_context(file)
    assert (one.file, one.line, one.context) == ("a.log", 2, "the key [redacted] was refused")


def test_lines_stay_lines(tmp_path: Path) -> None:
    """Whatever stands in one; half characters are no reason to fail."""
    odd = Piece(["a\nb\0c", "half \ud800"], "a test", piece("").basis)
    assert made_of(case(tmp_path), odd).content == b"a b c\nhalf \n"


def test_what_is_missing_is_redacted(tmp_path: Path) -> None:
    """The reasons, too, may tell of what nobody should see."""
    assert made_of(case(tmp_path), piece("x", missing=(f"in {tmp_path}",))).missing == ("in <home>",)


def test_the_machines_name_in_messages(tmp_path: Path) -> None:
    """What the configuration calls this machine is a name as well."""
    made = case(tmp_path)
    asked = replace(made.asked, settings=msgspec.structs.replace(made.asked.settings, name="adas-laptop"))
    assert "adas-laptop" not in made_of(replace(made, asked=asked), piece("on adas-laptop")).text


def test_hashes_stay(tmp_path: Path) -> None:
    """Ids, hashes, versions and times are what a report is read for."""
    text = f"{hashlib.sha256(b'x').hexdigest()} 1aeb86f7-2c23-4add-ab52-d4f2bc6b2b86 0.4.6 2026-11-22T16:42:49.615Z"
    assert made_of(case(tmp_path), piece(text)).text == f"{text}\n"
