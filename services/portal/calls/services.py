"""Call the services as somebody: a token for each service, a deadline for each call, a typed answer.

A service that does not answer in time is `Away`: a page says what it cannot show just now, and shows the rest.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid5

import httpx
from pydantic import TypeAdapter

from services.portal.signing_in.tokens import TokenMint
from shared.kernel.principal import Principal

T = TypeVar("T")

DEADLINE = 5.0
"""Seconds that a service may take for what a page shows."""
LONG_DEADLINE = 60.0
"""Seconds for a question that a service has to work out, such as what breaks if any of the schools leaves."""
FILE_DEADLINE = 120.0
"""Seconds between two pieces of a file."""
Query = Mapping[str, str | int]
POSITION, WAIT_FOR = "Alongside-Position", "Alongside-Min-Position"


class Away(Exception):
    """A service does not answer at this moment, or not in time; nothing is lost by asking again."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of what was sent: its JSON pointer, and a sentence."""

    pointer: str
    detail: str


class Refused(Exception):
    """A service refused a request, in a sentence for whoever sent it, and in sentences for single fields."""

    def __init__(self, status: int, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors


@dataclass
class ServicesAsPerson:
    """The services, called as one person while one page is made.

    `seen` has the last position of each service that this person's own commands were answered with: what is read waits
    for it, so that somebody always sees what they have just done.
    """

    who: Principal
    clients: Mapping[str, httpx.AsyncClient]
    mint: TokenMint
    seen: dict[str, int] = field(default_factory=dict)

    async def get(self, service: str, path: str, answer: type[T], **query: object) -> T:
        """Return the answer to a query; raises `Away` and `Refused`."""
        return await self._get(service, path, answer, query, DEADLINE)

    async def get_patiently(self, service: str, path: str, answer: type[T], **query: object) -> T:
        """Return the answer to a query that a service has to work out first; raises `Away` and `Refused`."""
        return await self._get(service, path, answer, query, LONG_DEADLINE)

    async def _get(self, service: str, path: str, answer: type[T], query: Mapping[str, object], deadline: float) -> T:
        asked = {name: value for name, value in query.items() if value is not None}
        headers = {WAIT_FOR: str(self.seen[service])} if service in self.seen else {}
        received = await self._request(service, "GET", path, headers, params=asked, timeout=deadline)
        return _read(answer, received.content)

    @asynccontextmanager
    async def stream(self, service: str, path: str, media_type: str, query: Query) -> AsyncIterator[httpx.Response]:
        """Open the answer to a query as a file, to be passed on piece by piece; raises `Away` and `Refused`."""
        headers = {"Authorization": f"Bearer {self.mint.token(self.who, service)}", "Accept": media_type}
        request = self.clients[service].build_request("GET", path, params=query, headers=headers, timeout=FILE_DEADLINE)
        try:
            received = await self.clients[service].send(request, stream=True)
        except httpx.HTTPError:
            raise Away(service) from None
        try:
            if received.is_error:
                await received.aread()
                raise Away(service) if received.is_server_error else _refusal(received)
            yield received
        finally:
            await received.aclose()

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        body: Mapping[str, Any],
        answer: type[T],
        submission: UUID,
        *,
        if_match: int | None = None,
        later: bool = False,
        deadline: float = DEADLINE,
    ) -> T:
        """Send a command once, whatever happens: its Idempotency-Key is made of `submission` and of where it is sent.

        `if_match` is the version of what is changed, as the page showed it; `later` leaves the work to the service's
        worker, so that the answer comes at once; otherwise the answer may take `deadline` seconds. Raises `Away`, after
        which the same submission can be sent again, and `Refused`.
        """
        headers = {"Idempotency-Key": _key(submission, method, path)}
        headers |= {} if if_match is None else {"If-Match": f'"{if_match}"'}
        headers |= {"Prefer": "respond-async"} if later else {}
        received = await self._request(service, method, path, headers, json=dict(body), timeout=deadline)
        if POSITION in received.headers:
            self.seen[service] = int(received.headers[POSITION])
        return _read(answer, received.content)

    async def send_file(
        self, service: str, path: str, file: AsyncIterator[bytes], answer: type[T], submission: UUID, **query: str
    ) -> T:
        """Send a file piece by piece, as `send` sends a command; what the file's iterator raises is raised."""
        headers = {"Idempotency-Key": _key(submission, "POST", path), "Content-Type": "application/octet-stream"}
        received = await self._request(
            service, "POST", path, headers, content=file, params=query, timeout=FILE_DEADLINE
        )
        return _read(answer, received.content)

    async def _request(
        self, service: str, method: str, path: str, headers: dict[str, str], **sent: Any
    ) -> httpx.Response:
        headers = headers | {"Authorization": f"Bearer {self.mint.token(self.who, service)}"}
        try:
            received = await self.clients[service].request(method, path, headers=headers, **sent)
        except httpx.HTTPError:
            raise Away(service) from None
        if received.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Away(service)
        if received.is_error:
            raise _refusal(received)
        return received


def _key(submission: UUID, method: str, path: str) -> str:
    """Return the key of a command: a form that is sent twice gives the same, and each of its commands another."""
    return f"{uuid5(submission, f'{method} {path}')}"


def _refusal(received: httpx.Response) -> Refused:
    try:
        problem = received.json()
        errors = tuple(
            FieldError(str(error.get("pointer", "")), str(error.get("detail", "")))
            for error in problem.get("errors", ())
        )
        return Refused(received.status_code, str(problem["detail"]), errors)
    except (ValueError, KeyError, AttributeError):
        return Refused(received.status_code, "This was refused, and the answer does not say why.")


def _read(answer: type[T], content: bytes) -> T:
    asked: Any = answer
    read: T = _adapter(asked).validate_json(content)
    return read


@cache
def _adapter(answer: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answer)


@asynccontextmanager
async def open_clients(urls: Mapping[str, str]) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Open an HTTP client for each service."""
    async with AsyncExitStack() as stack:
        yield {
            service: await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=url,
                    timeout=httpx.Timeout(DEADLINE),
                    limits=httpx.Limits(max_connections=100, max_keepalive_connections=50),
                    trust_env=False,
                )
            )
            for service, url in urls.items()
        }
