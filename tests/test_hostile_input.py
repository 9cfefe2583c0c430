"""Whatever stands in a home and whatever a daemon answers: no reader breaks, no daemon that lives is called dead, no memory grows.

Ten thousand examples where CI runs (`HYPOTHESIS_PROFILE=steady`), some hundred elsewhere; `bounded.many` says how many each test takes.
"""

import json
import os
import pickle
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import many
from coven_answers import ROW, SEEN
from coven_watchdog.coven import processes, wire
from coven_watchdog.coven.adapters import decode_adapters
from coven_watchdog.coven.health import decode_health
from coven_watchdog.coven.log import panic_words, panicked, tail
from coven_watchdog.coven.newest import decode_event_after
from coven_watchdog.coven.processes.linux import _parsed
from coven_watchdog.coven.programs import programs
from coven_watchdog.coven.record import read_record
from coven_watchdog.coven.tail import decode_output
from coven_watchdog.decide.incidents import advance
from coven_watchdog.decide.memory import Incidents
from coven_watchdog.decide.phrases import summary
from coven_watchdog.errors import NotContractError
from coven_watchdog.judge import judge
from coven_watchdog.judge.look import look_of
from coven_watchdog.model.facts import Asked, EventsSeen, FilesSeen, Health, Identity, Observation, Record, SessionsListed
from coven_watchdog.model.processes import HarnessSought, Traces
from coven_watchdog.model.words import Holder, Outcome, ProcessState, Route
from coven_watchdog.settings import Settings
from tale import BOOT, DAEMON, DIRECTORY, HOME, SOCKET, WALL, Tale

ODD = st.sampled_from(
    ["", "\0", "\x1b]52;c;x\x07", "\u202egnp", "a" * 5000, "2026-11-22T10:14:30Z", "9999-99-99", "-rf", "$(id)", "\ud7ff"]
)
TEXTS = st.text(max_size=12) | ODD
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, 2**63, -(2**63) - 1, 2**31, -1, 0])
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
STATUSES = st.sampled_from(["created", "running", "failed", "completed", "idle", "killed", "orphaned", "meditating"])
ROWS = st.lists(
    st.builds(
        lambda name, status, spoiled: ROW | {"id": name, "status": status} | spoiled,
        st.sampled_from(["s1", "s2", "s3"]) | TEXTS,
        STATUSES,
        st.dictionaries(st.sampled_from(sorted(ROW)), VALUES, max_size=2),
    ),
    max_size=4,
)
PARTS = st.dictionaries(st.sampled_from(sorted(SEEN)) | TEXTS, VALUES, max_size=3)
INNER = st.tuples(
    st.sampled_from(["storage", "eventWriter", "daemon", "capabilities"]), st.dictionaries(TEXTS, VALUES, max_size=3)
)


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()


def _spoiled(parts: dict[str, Any], inner: tuple[str, dict[str, Any]]) -> bytes:
    """A health answer with strange parts, and strange keys in one of its parts."""
    name, keys = inner
    return _bytes({**SEEN, name: {**SEEN[name], **keys}, **parts})


HEALTHS = st.builds(_spoiled, PARTS, INNER)
_KINDS = st.sampled_from(["output", "output_truncated", "input", "exit"])
_SAID = st.sampled_from(['{"data": "x"}', '{"droppedEvents": 9}', '{"droppedEvents": -1}', '"\\ud800"']) | TEXTS | VALUES
_EVENT = st.fixed_dictionaries({"seq": st.integers(0, 2**65), "kind": _KINDS, "payload_json": _SAID})
EVENT_PAGES = st.lists(_EVENT, max_size=4).map(lambda events: _bytes({"events": events, "hasMore": True}))
DECODERS: tuple[Callable[[bytes], object], ...] = (
    decode_health,
    wire.decode_page,
    wire.decode_session,
    wire.decode_events,
    wire.decode_error,
    wire.decode_participant,
    decode_event_after,
    decode_output,
    decode_adapters,
)
PAGES = st.builds(lambda rows, bare: _bytes(rows if bare else {"sessions": rows, "next_cursor": None}), ROWS, st.booleans())


@many(4500)
@given(st.binary(max_size=300) | HEALTHS | PAGES | EVENT_PAGES | VALUES.map(_bytes))
def test_every_answer_is_read_or_refused(content: bytes) -> None:
    """No decoder raises anything but that it is not the contract; what it gives is short where it is shown."""
    for decode in DECODERS:
        with suppress(NotContractError):
            value = decode(content)
            if isinstance(value, Health):
                assert all(
                    len(word) <= 200 for word in (value.api_version, value.coven_version, value.started_at, value.socket)
                )


@pytest.fixture(scope="module")
def folder() -> Any:  # noqa: ANN401 - a generator of paths
    """One directory for the files of all examples."""
    with tempfile.TemporaryDirectory(prefix="cw.", dir="/tmp") as path:
        yield Path(path)


LINES = st.lists(
    st.binary(max_size=60) | st.sampled_from([b"[2026-11-22T07:57:37.309922038Z] daemon panic: x", b"[", b"[x] y"]), max_size=6
)


@many(2300)
@given(st.binary(max_size=400) | VALUES.map(_bytes), LINES, st.none() | st.integers(-(2**70), 2**70), st.integers(-3, 50))
def test_every_file_is_read_or_garbage(folder: Path, content: bytes, lines: list[bytes], since: int | None, count: int) -> None:
    """Record and log of any content: a record names a pid that can be one or is garbage; of a log come no more lines than asked for."""
    (folder / "daemon.json").write_bytes(content)
    found = read_record(folder / "daemon.json")
    assert found is not None
    assert found.record.garbage or (found.record.pid or 0) > 0
    (folder / "daemon-recovery.log").write_bytes(b"\n".join(lines))
    told = tail(folder / "daemon-recovery.log", lines=count, since=since)
    assert len(told) <= max(0, count)
    panicked(told)
    panic_words(told)


ADAPTERS = st.fixed_dictionaries({"id": TEXTS, "executable": TEXTS | st.sampled_from(["/bin/sh", "../x", "sh"])})


@many(1700)
@given(
    st.binary(max_size=200) | st.lists(ADAPTERS | VALUES, max_size=4).map(lambda adapters: _bytes({"adapters": adapters})),
    st.binary(max_size=200),
)
def test_processes_and_manifests_of_any_kind(folder: Path, manifest: bytes, stat: bytes) -> None:
    """What `/proc` shows of a program that calls itself anything, and harnesses that somebody else describes."""
    parsed = _parsed(stat)
    assert parsed is None or isinstance(parsed.started, int)
    (folder / "adapters").mkdir(exist_ok=True)
    (folder / "adapters" / "a.json").write_bytes(manifest)
    me = processes.identity(os.getpid())
    assert me is not None
    found = programs(me, folder, (), "/bin:\0:relative")
    assert all(program.harness.isprintable() for program in found)


def _asked(content: bytes) -> tuple[Outcome, Health | None]:
    try:
        return Outcome.OK, decode_health(content)
    except NotContractError:
        return Outcome.NOT_CONTRACT, None


def _page(content: bytes) -> Observation:
    now = Tale().now
    try:
        page = wire.decode_page(content)
    except NotContractError:
        return Asked(HOME, now, Route.SESSIONS, Outcome.NOT_CONTRACT)

    return SessionsListed(HOME, now, page.rows, complete=True, identity=DAEMON, total=len(page.rows), unread=page.unread)


def _heard(content: bytes) -> Observation:
    outcome, health = _asked(content)
    return Asked(HOME, Tale().now, Route.HEALTH, outcome, health=health, peer=DAEMON)


RECORDS = st.none() | st.builds(Record, st.none() | st.integers(1, 2**31), st.none() | TEXTS, st.none() | TEXTS)
FILES = st.builds(
    lambda record, holder: FilesSeen(HOME, Tale().now, DIRECTORY, SOCKET, record, WALL, record_holder=holder),
    RECORDS,
    st.sampled_from(Holder),
)
TRACES = st.none() | st.builds(
    Traces,
    st.none() | st.integers(1, 9),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
)
SOUGHT = st.builds(
    lambda name, traces: HarnessSought(HOME, Tale().now, name, None, traces), st.sampled_from(["s1", "s2", "s3"]), TRACES
)
EVENTS = st.builds(lambda name, some: EventsSeen(HOME, Tale().now, name, some), st.sampled_from(["s1", "s2"]), st.booleans())
STORY = st.lists(
    st.tuples(st.integers(0, 400), HEALTHS.map(_heard) | PAGES.map(_page) | FILES | SOUGHT | EVENTS), min_size=1, max_size=8
)
NEVER = frozenset(
    {"daemon.crashed", "daemon.stopped", "daemon.socket_lost", "session.ghost", "watchdog.rule_failed", "daemon.impostor"}
)


def _lived(story: list[tuple[int, Observation]]) -> tuple[Tale, set[str], list[str]]:
    """A daemon that lives and holds its lock hears all that; every word that was said of it, and every incident's summary."""
    tale, second = Tale(Settings(homes=(HOME,))).served(0), 0.0
    said: set[str] = set()
    incidents, words = Incidents(), []
    names = (f"i{number}" for number in range(10**6))
    for pause, observation in story:
        second += pause / 10
        tale.lock(second, DAEMON).process(second, ProcessState.ALIVE).see(second, observation)
        judgement = judge(tale.state, tale.settings, tale.now)
        said |= {verdict.kind.value for verdict in judgement.verdicts if verdict.present}
        after = advance(incidents, judgement, tale.settings, tale.now, home=HOME, names=names)
        incidents = after.incidents
        words += [summary(step.incident) for step in after.steps]
        look_of(tale.state, judgement, tale.settings, tale.now, BOOT)

    return tale, said, words


@many(1000)
@given(STORY)
def test_no_answer_makes_a_living_daemon_dead(story: list[tuple[int, Observation]]) -> None:
    """Its process lives and holds the lock: whatever it says, it has not crashed, no session is a ghost, and no rule breaks."""
    _, said, words = _lived(story)
    assert not said & NEVER
    assert all(line.isprintable() for line in words)


@many(200)
@given(st.lists(HEALTHS | PAGES, min_size=1, max_size=6))
def test_no_answer_fills_the_memory(contents: list[bytes]) -> None:
    """What is kept of answers is no more than a few times the last ones, however often they come and however strange they are."""
    story = [(20, _heard(content)) for content in contents] + [(20, _page(content)) for content in contents]
    once, _, _ = _lived(story)
    again, _, _ = _lived(story * 4)
    limit = 60_000 + 8 * sum(map(len, contents))
    assert len(pickle.dumps(once.state)) < limit
    assert len(pickle.dumps(again.state)) < limit
    assert len(again.state.gone) <= 32
    assert len(again.state.features or ()) <= 128


@many(300)
@given(st.lists(st.tuples(HEALTHS, st.integers(1, 3)), min_size=1, max_size=4), st.integers(1, 60))
def test_no_record_makes_a_living_daemon_dead(answers: list[tuple[bytes, int]], age: int) -> None:
    """Restarts between strange answers: the one before is the past, the one that lives is never called dead."""
    tale = Tale().served(0)
    for number, (content, _) in enumerate(answers):
        who = Identity(300 + number, 1)
        tale.daemon((number + 1) * age, who, age=0.1).see((number + 1) * age, replace(_heard(content), peer=who))  # type: ignore[call-arg]  # it is an Asked
        presents = {verdict.kind.value for verdict in tale.judgement.verdicts if verdict.present}
        assert not presents & {"daemon.crashed", "daemon.stopped", "session.ghost", "watchdog.rule_failed"}
