"""REPORT.md: what a maintainer reads first, and often alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.facts import Collected
from coven_watchdog.diagnose.bundle.redacting import File
from coven_watchdog.diagnose.bundle.report import MOST, report
from coven_watchdog.diagnose.bundle.story import incident
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import Answer, Basis, CheckStatus, Kind, Outcome, Topic
from coven_watchdog.report.bundle import AbsentView
from coven_watchdog.report.doctor import DoctorHome, DoctorLine, Question
from diagnose.bundle.bench import case, lines, piece, read, sample
from diagnose.cases import NOW, finding, well
from ledgers import ledger
from report.filled import CRASH, fill
from store.builders import brief, event

NOTHING: tuple[AbsentView, ...] = ()


def told(made: BundleCase, *absent: AbsentView, files: tuple[File, ...] = (), **pieces: Any) -> list[str]:  # noqa: ANN401 - any data
    """The report."""
    return report(Collected(made, pieces), files, absent)


def section(text: list[str], title: str) -> str:
    """The lines below a heading."""
    return "\n".join(text).split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_what_stands_on_top(tmp_path: Path) -> None:
    """That it was made by a third party; then what only the person can fill in; each section once."""
    text = told(case(tmp_path))
    assert text[0] == "# Coven diagnostics"
    assert "third-party tool coven-watchdog v" in text[1]
    assert section(text, "What I did").count("please fill in") == 3
    assert "error.code" in section(text, "What I did")
    headings = [line for line in text if line.startswith("## ")]
    assert len(headings) == len(set(headings)) == 8


def test_nothing_wrong(tmp_path: Path) -> None:
    """Is said as well."""
    assert "**Nothing wrong was found**" in section(told(case(tmp_path)), "Finding")


def test_an_incident(tmp_path: Path) -> None:
    """One sentence with its kind; evidence with its basis; whom it hit; the timeline with health around the fault."""
    fill(tmp_path / "state")
    made = case(tmp_path, incident=CRASH, named=True)
    shown = incident(made)
    at = (CRASH.fact_at - NOW.wall) // 1_000_000
    minute = sample("h", at + 60, (at - 2, Outcome.OK), (at + 1, Outcome.REFUSED))
    pieces: Any = {"incident.json": shown, "requests.jsonl": piece("", data=(minute,))}
    text = report(Collected(made, pieces), (), ())
    found = section(text, "Finding")
    assert "(`daemon.crashed`, critical, incident k7fq)" in found
    assert "still so." in found
    assert "killed by signal 9 [contract]" in found
    assert "(claude, running, ran" in found
    assert "No watchdog service runs now" in found
    timeline = section(text, "Timeline")
    assert [word in timeline for word in ("health: answered", "**the fault**", "health: refused", "opened")] == [True] * 4
    assert "messages about it: 1 queued, 1 sent" in timeline


def test_one_session(tmp_path: Path) -> None:
    """Its row of the ledger with what was recorded, and no question about the daemon's start."""
    made = case(tmp_path)
    ledger(made.paths.root, {"id": "aa11", "status": "failed", "exit_code": 3}, events=(("aa11", "output", "{}"),))
    failed = event("b3xm", facts=Facts(sessions=(brief(id="aa11", exit_code=3, status="failed"),), exit=ExitStatus(code=3)))
    question = Question(question="Did it bind?", answer=Answer.NO, why="so", lines=())
    home = DoctorHome(home=made.home.home, name="", status=CheckStatus.OK, lines=(), questions=(question,), symptoms=())
    made = replace(made, ledger=read(made), incident=failed, home=home)
    found = section(told(made), "Finding")
    assert "Its row: failed, exit code 3, created 2026" in found
    assert "1 output (seq 1 to 1" in found
    assert "Did it bind?" not in found
    assert made.ledger is not None
    alone = section(told(replace(made, incident=None, session=made.ledger.rows[0])), "Finding")
    assert alone.startswith("**Session aa11 (codex) is failed**.")
    assert "Nothing wrong" not in alone
    assert "Did it bind? no: so" in section(told(replace(made, incident=None)), "Finding")


def test_a_look_without_a_service(tmp_path: Path) -> None:
    """What the rules find now, and what else `doctor` found wrong; not the same thing twice."""
    made = case(tmp_path, home_case=finding(well(), Kind.DAEMON_CRASHED))
    wrong = DoctorLine(topic=Topic.SOCKET, status=CheckStatus.WARNING, says="left behind")
    again = DoctorLine(topic=Topic.DAEMON, status=CheckStatus.CRITICAL, says="Coven crashed", kind=Kind.DAEMON_CRASHED)
    found = section(told(lines(made, wrong, again)), "Finding")
    assert "(`daemon.crashed`, critical), found by a single look now" in found
    assert "Also now: socket: left behind" in found
    assert found.count("Coven crashed") == 1


def test_what_is_missing(tmp_path: Path) -> None:
    """Files and parts of files with why, and what was cut; what was taken out; what is never collected unasked."""
    file = File("a.json", b"", "x", Basis.INTERNAL, {"token": 2, "home": 1}, cut="3 older lines", missing=("half: so",))
    text = told(case(tmp_path), AbsentView(file="b.json", why="it took longer than 2 s"), files=(file,))
    assert section(text, "Not collected, and why").splitlines() == [
        "- b.json: it took longer than 2 s",
        "- a.json: half: so",
        "- a.json: cut: 3 older lines",
    ]
    assert "1 home, 2 tokens" in section(text, "Redacted")
    assert "titles, labels, prompts and project paths and output" in section(text, "Redacted")
    asked = told(case(tmp_path, wishes=Wishes(titles=True, output=True)))
    assert "Never collected" not in section(asked, "Redacted")


def test_it_stays_short(tmp_path: Path) -> None:
    """80 lines whatever there is to say."""
    fill(tmp_path / "state")
    made = case(tmp_path, incident=CRASH, named=True)
    many = [AbsentView(file=f"{number}.json", why="w" * 400) for number in range(40)]
    lots = replace(CRASH, facts=replace(CRASH.facts, sessions=tuple(brief(id=f"s{number}") for number in range(300))))
    wrong = [DoctorLine(topic=Topic.LOG, status=CheckStatus.WARNING, says=f"{number}") for number in range(40)]
    text = told(lines(replace(made, incident=lots), *wrong), *many)
    assert len(text) <= MOST
    assert all(len(line) < 700 for line in text)
    assert "31 more in manifest.json" in "\n".join(text)
