"""Leases of sessions in a project's repository. Real directories, laid out as git and Coven lay them out."""

import json
import os
from pathlib import Path

import pytest

from coven_watchdog.coven.leases import Lease, leases, repository
from coven_watchdog.model.time import SECOND


def hold(git: Path, name: str, text: str | None = None, expires_at: int = 7) -> None:
    """A file of a lease."""
    writers = git / "coven-maintenance-gate" / "writers"
    writers.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"id": name, "kind": "session", "generation": "g", "expires_at": expires_at})
    (writers / f"{name}.json").write_text(body if text is None else text, encoding="utf-8")


def test_a_projects_leases(tmp_path: Path) -> None:
    """Of the repository that it lies in, also of a directory below; other files there are none."""
    hold(tmp_path / ".git", "daemon-session-a")
    (tmp_path / ".git/coven-maintenance-gate/writers/lock").touch()
    (tmp_path / "below").mkdir()
    assert leases(tmp_path) == leases(tmp_path / "below") == (Lease("daemon-session-a", 7 * SECOND),)
    assert repository(tmp_path / "below") == tmp_path


def test_a_repository_that_nobody_works_in_has_none(tmp_path: Path) -> None:
    """Coven makes the directory with the first one."""
    (tmp_path / ".git").mkdir()
    assert leases(tmp_path) == ()


def test_without_a_repository_nothing_is_known() -> None:
    """There are no leases then, whoever works there."""
    assert leases(Path("/proc/self/nowhere")) is None


def test_work_trees_share_them(tmp_path: Path) -> None:
    """`.git` is a file there that names a directory, which names the one that all share."""
    tree, own = tmp_path / "tree", tmp_path / "shop/.git/worktrees/tree"
    own.mkdir(parents=True)
    tree.mkdir()
    (own / "commondir").write_text("../..\n", encoding="utf-8")
    (tree / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")
    hold(tmp_path / "shop/.git", "session-b")
    assert leases(tree) == (Lease("session-b", 7 * SECOND),)


@pytest.mark.parametrize("text", ["", "gitdir: /nowhere/at/all", "something else"])
def test_a_work_tree_that_leads_nowhere(tmp_path: Path, text: str) -> None:
    """Then it cannot be known."""
    (tmp_path / ".git").write_text(text, encoding="utf-8")
    assert leases(tmp_path) is None


def test_what_is_no_lease_is_left_out(tmp_path: Path) -> None:
    """Garbage, a file without its parts, and what would hold a reader; a time that no calendar has is far away."""
    git = tmp_path / ".git"
    for name, text in (("a", "{"), ("b", "{}"), ("c", '{"id": "c", "expires_at": -1}')):
        hold(git, name, text)

    hold(git, "far", expires_at=2**62)
    os.mkfifo(git / "coven-maintenance-gate/writers/pipe.json")
    (git / "coven-maintenance-gate/writers/gone.json").symlink_to("/nowhere/at/all")
    assert [lease.holder for lease in leases(tmp_path) or ()] == ["far"]


def test_a_directory_that_cannot_be_read(tmp_path: Path) -> None:
    """Whether there are any is not known."""
    (tmp_path / ".git/coven-maintenance-gate").mkdir(parents=True)
    (tmp_path / ".git/coven-maintenance-gate/writers").touch()
    assert leases(tmp_path) is None
