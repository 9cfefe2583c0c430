"""One sign of life of the watchdog itself in, a request to a Healthchecks-style service out.

`POST <url>` says that all is well, `<url>/start` that it starts, `<url>/fail` that it failed; the body is for people. The URL is a secret:
it stands in no error, and no redirect carries it elsewhere.
"""

from anyio import move_on_after, to_thread
from httpx import URL, AsyncClient, Client, HTTPError, InvalidURL, Limits

from coven_watchdog import __version__
from coven_watchdog.decide.text import one_line
from coven_watchdog.deliver.mask import without_secrets
from coven_watchdog.model.words import Sign
from coven_watchdog.settings import Secret

_DEADLINE = 10.0
_AT_ONCE = 3.0
_ERROR_LIMIT = 200
_AGENT = {"User-Agent": f"coven-watchdog/{__version__}", "Content-Type": "text/plain; charset=utf-8"}
_NONE_KEPT = Limits(max_keepalive_connections=0)


class Heartbeat:
    """Gives signs of life. Its client, whose certificates cost 30 ms and 5 MiB, is made for the first one.

    Args:
        deadline: seconds for one sign, from the name's resolution to the answer.
    """

    def __init__(self, deadline: float = _DEADLINE) -> None:
        self._deadline = deadline
        self._client: AsyncClient | None = None

    async def give(self, url: Secret, sign: Sign, body: str, within: float | None = None) -> str:
        """Why the sign was not taken, or "". `within`: seconds, when there is less time than usual."""
        seconds = within or self._deadline
        with move_on_after(seconds):
            try:
                return await self._given(_address(url, sign), body)
            except (HTTPError, InvalidURL, OSError) as error:
                return _said(error, url)

        return f"no answer within {seconds:g} s"

    def give_now(self, url: Secret, sign: Sign, body: str) -> None:
        """The same where no event loop runs any more. Blocking, for a few seconds at most; nobody is left to hear what fails."""
        try:
            with Client(headers=_AGENT, timeout=_AT_ONCE) as client:
                client.post(_address(url, sign), content=body)
        except (HTTPError, InvalidURL, OSError):
            return

    async def close(self) -> None:
        """No more signs."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _given(self, address: URL, body: str) -> str:
        if self._client is None:
            self._client = await to_thread.run_sync(_client, self._deadline)

        # What it answers beyond the status is of no interest, however long it is.
        async with self._client.stream("POST", address, content=body) as answer:
            return "" if answer.is_success else f"it answered {answer.status_code}"


def _client(seconds: float) -> AsyncClient:
    return AsyncClient(headers=_AGENT, timeout=seconds, limits=_NONE_KEPT)


def _address(url: Secret, sign: Sign) -> URL:
    """A query stays where it is."""
    address = URL(url.reveal())
    return address if sign is Sign.SUCCESS else address.copy_with(path=f"{address.path.rstrip('/')}/{sign.value}")


def _said(error: Exception, url: Secret) -> str:
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return one_line(without_secrets(words, url.reveal()), _ERROR_LIMIT)
