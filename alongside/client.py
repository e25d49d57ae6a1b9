"""HTTP client of the platform for the command line, the demo and the tests: one client, many people."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar
from uuid import uuid4

import httpx

from alongside.demo import personas
from alongside.demo.personas import Persona
from alongside.local.issuer import Issuer
from alongside.local.platform import SERVICES, Addresses, find_addresses
from alongside.local.stack import state_directory
from shared.wording import counted_noun

T = TypeVar("T")


class Refused(RuntimeError):
    """A service answered with a problem document; the message is its sentence and the fields it points to."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        try:
            self.problem: dict[str, Any] = answer.json()
        except ValueError:
            self.problem = {}
        detail = self.problem.get("detail", f"HTTP {answer.status_code}")
        fields = [
            f"\n  {_place(error)}: {sentence}"
            for error in self.problem.get("errors", [])[:20]
            if (sentence := _sentence(error)) not in detail
        ]
        super().__init__("".join((detail, *fields)))


def _place(error: dict[str, Any]) -> str:
    if "what" in error:
        return f"{error['what']} {error.get('name') or error.get('id')}"
    return str(error.get("pointer") or f"line {error.get('line')}, {error.get('column') or 'row'}")


def _sentence(error: dict[str, Any]) -> str:
    return str(error.get("detail") or error.get("message"))


class NotFound(LookupError):
    """The partnership has no person with this reference, or not exactly one programme of this name."""


class NoAnswer(RuntimeError):
    """A service of the platform does not answer at its address."""


class TimedOut(RuntimeError):
    """The effect of a command did not reach another service in time."""


ATTEMPTS = 10
"""How often a query is sent while the service answers 503."""

READ_TIMEOUT = 600
"""Seconds that an answer may take: importing the whole register of schools on a busy machine."""


class PlatformClient:
    """Sends requests to the services in one partnership, each as a given person.

    Every command carries an idempotency key. A query waits until the commands sent by this client can be seen.
    """

    def __init__(self, addresses: Addresses, issuer: Issuer, tenant: str = personas.TENANT) -> None:
        self._issuer = issuer
        self._tenant = tenant
        self._clients = {
            name: httpx.Client(
                base_url=addresses.http(name),
                timeout=httpx.Timeout(60, read=READ_TIMEOUT),
                limits=httpx.Limits(max_connections=4),
            )
            for name in SERVICES
        }
        self._tokens: dict[Persona, str] = {}
        self._positions: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            client.close()

    def get(self, who: Persona, service: str, path: str, **query: Any) -> Any:
        """Send a query and return its JSON; raises `Refused`."""
        position = self._positions.get(service)
        headers = self._headers(who) | ({"Alongside-Min-Position": position} if position else {})
        for _ in range(ATTEMPTS):
            answer = self._request(service, "GET", path, params=query, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        return _json(answer)

    def post(self, who: Persona, service: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a command and return its answer; raises `Refused`."""
        return _json(self._send(who, service, "POST", path, query, json=body))

    def put(self, who: Persona, service: str, path: str, body: Any) -> Any:
        """Send a command and return its answer; raises `Refused`."""
        return _json(self._send(who, service, "PUT", path, {}, json=body))

    def delete(self, who: Persona, service: str, path: str, **query: Any) -> Any:
        """Send a command and return its answer; raises `Refused`."""
        return _json(self._send(who, service, "DELETE", path, query))

    def send_file(self, who: Persona, service: str, path: str, content: bytes | BinaryIO, **query: Any) -> Any:
        """Upload a file, which is read while it is sent, and return the answer; raises `Refused`."""
        return _json(self._send(who, service, "POST", path, query, content=content))

    def save_file(self, who: Persona, service: str, path: str, to: Path) -> None:
        """Download a file, which is written while it arrives; raises `Refused`."""
        with self._clients[service].stream("GET", path, headers=self._headers(who)) as answer:
            if answer.is_error:
                answer.read()
                raise Refused(answer)
            with to.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)

    def find_person(self, kind: str, reference: str) -> str:
        """Find the id of a mentor, trainee or other mentee by the reference of their record; raises `NotFound`."""
        people = self.get(personas.LEAD, "referral", "/people", kind=kind, limit=1000)
        for person in people:
            if person["reference"] == reference:
                return str(person["person_id"])
        raise NotFound(f"There is no {kind} with the reference {reference} in this partnership.")

    def _send(
        self, who: Persona, service: str, method: str, path: str, query: dict[str, Any], **body: Any
    ) -> httpx.Response:
        headers = self._headers(who) | {"Idempotency-Key": str(uuid4())}
        if "content" in body:
            headers["Content-Type"] = "application/octet-stream"
        answer = self._request(service, method, path, params=query, headers=headers, **body)
        if "Alongside-Position" in answer.headers:
            self._positions[service] = answer.headers["Alongside-Position"]
        return answer

    def _request(self, service: str, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._clients[service].request(method, path, **request)
        except httpx.ConnectError as error:
            raise NoAnswer(
                f"The service {service} does not answer at {self._clients[service].base_url}. "
                "`alongside up` starts it, unless it is told to leave it out."
            ) from error

    def _headers(self, who: Persona) -> dict[str, str]:
        if who not in self._tokens:
            self._tokens[who] = who.token(self._issuer, self._tenant)
        return {"Authorization": f"Bearer {self._tokens[who]}"}


def _json(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise Refused(answer)
    return answer.json()


def wait_until(read: Callable[[], T], is_complete: Callable[[T], bool], what: str, within: float = 60) -> T:
    """Call `read` until `is_complete` accepts its result, and return that; raises `TimedOut` naming `what`.

    For effects of one service on another, which follow a moment later.
    """
    end = time.monotonic() + within
    while not is_complete(result := read()):
        if time.monotonic() > end:
            raise TimedOut(
                f"{what} did not arrive within {counted_noun(round(within), 'second')}. "
                "`alongside status` shows which service is behind."
            )
        time.sleep(0.05)
    return result


def local_issuer(addresses: Addresses) -> Issuer:
    """Return the token issuer of the running platform; raises `NotRunning`, and then creates no issuer."""
    addresses.http("referral")
    return Issuer(state_directory())


@contextmanager
def connect_to_platform(tenant: str) -> Iterator[PlatformClient]:
    """Open a client of the running platform for one partnership; raises `NotRunning`."""
    addresses = find_addresses()
    with PlatformClient(addresses, local_issuer(addresses), tenant) as client:
        yield client


Progress = Callable[[int, int], None]
"""Is called with the number of rows in a file and how many of them are imported."""


def import_file(
    client: PlatformClient,
    kind: str,
    content: bytes | BinaryIO,
    on: date,
    *,
    good_rows: bool = False,
    other_people: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Upload a file for a dry run, and confirm it if it has no errors or `good_rows` is set.

    Warnings, of people who share an e-mail address with a record, are confirmed with `other_people`.

    Returns the dry run's answer, the confirmation's if there was one, `stored`, and `outcome`, which says what was
    stored.
    """
    checked: dict[str, Any] = client.send_file(personas.LEAD, "referral", "/imports", content, kind=kind)
    if dry_run:
        return checked | {"outcome": "nothing was stored", "stored": False}
    if checked["errors"] and not good_rows:
        return checked | {"outcome": "nothing was stored: correct the file and send it again", "stored": False}
    if checked["warnings"] and not other_people:
        outcome = "nothing was stored: correct the file, or confirm with --other-people that these are other people"
        return checked | {"outcome": outcome, "stored": False}
    confirmed = confirm_file(
        client, checked["import_id"], on, good_rows=good_rows, other_people=other_people, progress=progress
    )
    return checked | confirmed | {"outcome": f"{confirmed['new']} new, {confirmed['changed']} changed", "stored": True}


def confirm_file(
    client: PlatformClient,
    import_id: str,
    on: date,
    *,
    good_rows: bool = False,
    other_people: bool = False,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Confirm a checked file and report progress meanwhile; continues an import that was interrupted."""
    path = f"/imports/{import_id}"
    body = {"on": f"{on}", "good_rows_only": good_rows, "other_people": other_people}
    with ThreadPoolExecutor(1) as thread:
        confirmation = thread.submit(client.post, personas.LEAD, "referral", f"{path}/confirmation", body)
        while not wait([confirmation], timeout=0.5).done:
            state = client.get(personas.LEAD, "referral", path)
            progress(state["rows"], state["rows_done"])
        answer: dict[str, Any] = confirmation.result()
    return answer
