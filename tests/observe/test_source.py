"""The sources as a set."""

import ast
from pathlib import Path

import pytest

import coven_watchdog.observe
from coven_watchdog.model.words import Look
from coven_watchdog.observe import SOURCES
from coven_watchdog.observe.source import Source
from observe.bench import ground

FOLDER = Path(coven_watchdog.observe.__file__).parent


def test_every_source_of_the_folder_is_in_the_tuple() -> None:
    """A file with a source that nobody runs would observe nothing."""
    defined = {
        node.name
        for path in FOLDER.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Source") and node.name != "Source"
    }
    assert {source.__name__ for source in SOURCES} == defined
    assert len({source.name for source in SOURCES}) == len(SOURCES)


def test_every_look_has_one_source() -> None:
    """No question of the core is without somebody who answers it, and none has two."""
    answered = [look for source in SOURCES for look in source.looks]
    assert sorted(answered) == sorted(Look)


@pytest.mark.anyio
async def test_sources_are_sources(path: Path) -> None:
    """Each can be made on a home's common ground, and is what the fence and the looks expect."""
    async with ground(path) as shared:
        sources: list[Source] = [source(shared) for source in SOURCES]
        assert [source.name for source in sources] == [source.name for source in SOURCES]
