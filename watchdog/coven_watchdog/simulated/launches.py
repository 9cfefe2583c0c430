"""What POST /sessions may ask for: the body in, a validated `Launch` out, refusals in Coven 0.4.6's order and words (seen)."""

import json
import uuid
from pathlib import Path
from typing import Any

from coven_watchdog.simulated import stamps
from coven_watchdog.simulated.ledger import Json
from coven_watchdog.simulated.sessions import HARNESSES, Launch
from coven_watchdog.simulated.wire import error

_MODES = ("interactive", "nonInteractive")


class InvalidError(Exception):
    """The request is refused with 400 `invalid_request`."""

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message)
        self.reply = error(400, "invalid_request", message, **details)


def parse_launch(body: bytes) -> Launch:
    """Validate the body of POST /sessions, in Coven's order.

    Raises:
        InvalidError: 400, and no row.
    """
    try:
        asked = json.loads(body)
    except ValueError as failure:
        message = "failed to parse request body"
        raise InvalidError(message) from failure

    root = _directory(_text(asked, "projectRoot"), "projectRoot")
    cwd = _directory(asked.get("cwd") or str(root), "cwd")
    if not cwd.is_relative_to(root):
        message = "cwd is outside the Coven project root"
        raise InvalidError(message)

    harness, prompt, mode = _text(asked, "harness"), _text(asked, "prompt"), asked.get("launchMode", "interactive")
    if harness not in HARNESSES:
        message = f"unsupported harness `{harness}`. Configured harnesses: {', '.join(HARNESSES)}."
        raise InvalidError(message)

    if mode not in _MODES:
        message = f"launchMode must be `interactive`, `nonInteractive`, or `stream`, got `{mode}`"
        raise InvalidError(message)

    return Launch(_new_row(asked, root), prompt, cwd, piped=mode == "nonInteractive")


def _new_row(asked: Json, root: Path) -> Json:
    """The row of a new session; without a title the whole prompt becomes it (seen)."""
    at = stamps.now()
    return {
        "id": str(uuid.uuid4()),
        "project_root": str(root),
        "harness": asked["harness"],
        "title": asked.get("title") or asked["prompt"],
        "status": "running",
        "exit_code": None,
        "archived_at": None,
        "created_at": at,
        "updated_at": at,
        "conversation_id": asked.get("conversationId"),
        "familiar_id": None,
        "execution_binding": None,
        "labels": [],
        "visibility": "private",
        "external": False,
        "transcript_path": None,
    }


def _text(asked: Any, name: str) -> str:  # noqa: ANN401 - whatever the client sent
    value = asked.get(name) if isinstance(asked, dict) else None
    if not isinstance(value, str):
        message = f"request body requires string field `{name}`"
        raise InvalidError(message)

    return value


def _directory(text: str, name: str) -> Path:
    try:
        return Path(text).resolve(strict=True)
    except OSError as failure:
        message = f"failed to resolve {name}"
        raise InvalidError(message) from failure
