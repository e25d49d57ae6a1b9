"""The platform's HTTP as people use it: one client, many people, a key for every command."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import date
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from alongside.demo import personas
from alongside.demo.personas import Persona
from alongside.local.issuer import Issuer
from alongside.local.platform import SERVICES, Addresses, addresses
from alongside.local.stack import state_directory

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
            f"\n  {_place(error)}: {said}"
            for error in self.problem.get("errors", [])[:20]
            if (said := _sentence(error)) not in detail
        ]
        super().__init__("".join((detail, *fields)))


def _place(error: dict[str, Any]) -> str:
    return str(error.get("pointer") or f"line {error.get('line')}, {error.get('column') or 'row'}")


def _sentence(error: dict[str, Any]) -> str:
    return str(error.get("detail") or error.get("message"))


class Nobody(LookupError):
    """Nobody has this reference."""


PATIENCE = 10
"""How often a question is asked again while a service says that it cannot answer yet."""


READ_WITHIN = 600
"""Seconds that an answer may take: the whole register of schools on a busy machine."""


class Late(RuntimeError):
    """What one service did has not reached another in time."""


class Services:
    """The four services, spoken to as somebody."""

    def __init__(self, known: Addresses, issuer: Issuer, tenant: str = personas.TENANT) -> None:
        self._issuer = issuer
        self._tenant = tenant
        self._clients = {
            name: httpx.Client(
                base_url=known.http(name),
                timeout=httpx.Timeout(60, read=READ_WITHIN),
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
        """The answer to a question; it shows what was commanded here before. Raises `Refused`."""
        seen = self._positions.get(service)
        headers = self._headers(who) | ({"Alongside-Min-Position": seen} if seen else {})
        for _ in range(PATIENCE):
            answer = self._clients[service].get(path, params=query, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        return _json(answer)

    def post(self, who: Persona, service: str, path: str, body: Any = None, **query: Any) -> Any:
        """The answer to a command. Raises `Refused`."""
        return _json(self._send(who, service, "POST", path, query, json=body))

    def put(self, who: Persona, service: str, path: str, body: Any) -> Any:
        """The answer to a command. Raises `Refused`."""
        return _json(self._send(who, service, "PUT", path, {}, json=body))

    def delete(self, who: Persona, service: str, path: str, **query: Any) -> Any:
        """The answer to a command. Raises `Refused`."""
        return _json(self._send(who, service, "DELETE", path, query))

    def send_file(self, who: Persona, service: str, path: str, content: bytes, **query: Any) -> Any:
        """The answer to a file. Raises `Refused`."""
        return _json(self._send(who, service, "POST", path, query, content=content))

    def get_file(self, who: Persona, service: str, path: str) -> bytes:
        """A file. Raises `Refused`."""
        answer = self._clients[service].get(path, headers=self._headers(who))
        if answer.is_error:
            raise Refused(answer)
        return answer.content

    def person(self, kind: str, reference: str) -> str:
        """The id of a mentor or trainee by the reference in their file; raises `Nobody`."""
        people = self.get(personas.LEAD, "referral", "/people", kind=kind, limit=1000)
        for person in people:
            if person["reference"] == reference:
                return str(person["person_id"])
        raise Nobody(f"There is no {kind} with the reference {reference} in this partnership.")

    def _send(
        self, who: Persona, service: str, method: str, path: str, query: dict[str, Any], **body: Any
    ) -> httpx.Response:
        headers = self._headers(who) | {"Idempotency-Key": str(uuid4())}
        if "content" in body:
            headers["Content-Type"] = "application/octet-stream"
        answer = self._clients[service].request(method, path, params=query, headers=headers, **body)
        if "Alongside-Position" in answer.headers:
            self._positions[service] = answer.headers["Alongside-Position"]
        return answer

    def _headers(self, who: Persona) -> dict[str, str]:
        if who not in self._tokens:
            self._tokens[who] = who.token(self._issuer, self._tenant)
        return {"Authorization": f"Bearer {self._tokens[who]}"}


def _json(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise Refused(answer)
    return answer.json()


def until(look: Callable[[], T], enough: Callable[[T], bool], what: str, within: float = 60) -> T:
    """Look until it is enough: services hear of one another a moment later. Raises `Late`."""
    end = time.monotonic() + within
    while not enough(found := look()):
        if time.monotonic() > end:
            raise Late(f"{what} did not come in {within:.0f} seconds; `alongside status` says where it waits")
        time.sleep(0.05)
    return found


def local_issuer(known: Addresses) -> Issuer:
    """The issuer that the running platform trusts; raises `NothingRuns` before it would make one for nothing."""
    known.http("referral")
    return Issuer(state_directory())


@contextmanager
def services_of(tenant: str) -> Iterator[Services]:
    """The platform that runs on this machine, spoken to in a partnership; raises `NothingRuns`."""
    known = addresses()
    with Services(known, local_issuer(known), tenant) as services:
        yield services


Progressed = Callable[[int, int], None]
"""Is told how many rows of a file are in, and how many it has."""


def import_file(
    services: Services,
    kind: str,
    content: bytes,
    on: date,
    *,
    good_rows: bool = False,
    dry_run: bool = False,
    progress: Progressed = lambda *_: None,
) -> dict[str, Any]:
    """Dry run, then confirm where there is nothing to fix or the good rows are wanted; `outcome` says what happened."""
    checked: dict[str, Any] = services.send_file(personas.LEAD, "referral", "/imports", content, kind=kind)
    if dry_run:
        return checked | {"outcome": "nothing was stored"}
    if checked["errors"] and not good_rows:
        return checked | {"outcome": "nothing was stored: correct the file and send it again"}
    done = confirm_file(services, checked["import_id"], on, good_rows=good_rows, progress=progress)
    return checked | done | {"outcome": f"{done['new']} new, {done['changed']} changed"}


def confirm_file(
    services: Services, import_id: str, on: date, *, good_rows: bool = False, progress: Progressed = lambda *_: None
) -> dict[str, Any]:
    """Let a file in, and tell how far it is meanwhile; one that was broken off goes on from there."""
    path, word = f"/imports/{import_id}", {"on": f"{on}", "good_rows_only": good_rows}
    with ThreadPoolExecutor(1) as beside:
        going = beside.submit(services.post, personas.LEAD, "referral", f"{path}/confirmation", word)
        while not wait([going], timeout=0.5).done:
            stands = services.get(personas.LEAD, "referral", path)
            progress(stands["rows_done"], stands["rows"])
        done: dict[str, Any] = going.result()
    return done
