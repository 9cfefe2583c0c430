"""What one writes in an evening: every 5 seconds ask health and sessions with a new httpx client, and tell changes through Apprise.

`naive.py SOCKET APPRISE_URL`; prints `armed` after its first look.
"""

import sys
import time

import apprise
import httpx

_EVERY = 5.0


def _look(socket: str) -> tuple[bool, dict[str, str]]:
    """Whether the daemon answers, and each session's status."""
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=socket), base_url="http://coven", timeout=2) as client:
            client.get("/api/v1/health").raise_for_status()
            rows = client.get("/api/v1/sessions").json()
    except httpx.HTTPError:
        return False, {}

    return True, {row["id"]: row["status"] for row in rows}


def main(socket: str, url: str) -> None:
    """Look and tell, for ever."""
    sender = apprise.Apprise()
    sender.add(url)
    up, before = _look(socket)
    sys.stdout.write("armed\n")
    sys.stdout.flush()
    while True:
        time.sleep(_EVERY)
        now_up, now = _look(socket)
        if up and not now_up:
            sender.notify(title="gone", body="gone\ndaemon.crashed naive.1", notify_type="failure")

        for session, status in now.items():
            if status == "failed" and before.get(session, "") != "failed":
                sender.notify(title="failed", body=f"{session}\nsession.failed naive.{session[:4]}", notify_type="warning")

        up, before = now_up, now or before


if __name__ == "__main__":
    main(*sys.argv[1:])
