"""Collectors: the incident that the bundle is about, what else happened, and what `doctor` says now."""

from typing import Any

import msgspec

from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece, document, fitting, json_line, json_lines
from coven_watchdog.errors import NotCollectedError
from coven_watchdog.model.time import DAY
from coven_watchdog.model.words import Basis
from coven_watchdog.report.doctor import Doctor
from coven_watchdog.report.incidents import IncidentDetail, incident_shown, listed_incident
from coven_watchdog.report.views import Hush
from coven_watchdog.store import StoreReader

_ROOM = 512 * 1024
_WEEK = 7 * DAY
_SOURCE = "the watchdog's records"
_OF_PEOPLE = frozenset({"project"})


def wanted(case: BundleCase) -> bool:
    """Whether the bundle is about an incident."""
    return case.incident is not None


def incident(case: BundleCase) -> Piece:
    """Timeline, witnesses, the scene as first seen, decisions, receipts."""
    assert case.incident is not None
    with StoreReader(case.asked.database) as rows:
        detail = incident_shown(rows, case.incident, case.asked.place, _hush(case, rows)).incident

    return Piece(json_lines(_public(detail, case)), _SOURCE, Basis.INTERNAL, detail)


def _public(detail: IncidentDetail, case: BundleCase) -> Any:  # noqa: ANN401 - JSON
    """The document; projects' names, and what a session printed, only where they were asked for."""
    told = msgspec.to_builtins(detail)
    if not case.wishes.output:
        told["output"] = []

    if not case.wishes.titles:
        for name in ("sessions", "lost", "survivors"):
            told[name] = [{key: value for key, value in one.items() if key not in _OF_PEOPLE} for one in told[name]]

    return told


def incidents(case: BundleCase) -> Piece:
    """Everything of the last week in this home and of the watchdog itself, the latest change first."""
    if case.case.remembered is None and not case.examined.records.exists:
        message = "nothing was recorded yet"
        raise NotCollectedError(message)

    with StoreReader(case.asked.database) as rows:
        found = [one for one in rows.incidents(since=case.now.wall - _WEEK) if one.home in {case.home.home, ""}]
        hush = _hush(case, rows)

    lines, gone = fitting((json_line(listed_incident(one, hush)) for one in found), _ROOM)
    cut = f"{gone} older incidents" if gone else ""
    return Piece(lines, _SOURCE, Basis.INTERNAL, tuple(found), cut, newest_first=True)


def _hush(case: BundleCase, rows: StoreReader) -> Hush:
    return Hush(rows.silences(case.now.wall), case.now.wall)


def doctor(case: BundleCase) -> Piece:
    """What `doctor` says now: of this home and of the watchdog."""
    whole = case.examined.doctor
    told = Doctor(status=whole.status, homes=(case.home,), watchdog=whole.watchdog, limits=whole.limits)
    return document(told, "a fresh look, as by `coven-watchdog doctor`", Basis.INTERNAL)
