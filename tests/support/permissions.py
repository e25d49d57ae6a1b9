"""Call every route of a running service as every person of its permission table, and say where the answers differ."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.services import NO_SUCH_ID
from tools.reference.permissions import Outcome, PermissionTable, Row

Headers = Mapping[str, str]
Ids = Mapping[str, str]
_SCHEMA_ERRORS = ("Some fields need another look; nothing was stored.", "Some parameters need another look.")
"""How the service says that a request does not have the form of its document, before anybody is asked who may."""


@dataclass(frozen=True)
class Sending:
    """What is sent to a route, so that whoever may do it gets past the policy and leaves the items as they are.

    A command has a body that the domain refuses or that changes nothing, or comes with `outdated` as `If-Match`.
    `shows` names the id that the answer of a query has in it where the row's item is listed. `status` reads the status
    of an answer that reports on several lines at once.
    """

    body: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    headers: Headers = field(default_factory=dict)
    shows: str | None = None
    ids: Ids = field(default_factory=dict)
    outdated: bool = False
    status: Callable[[httpx.Response], int] | None = None


@dataclass(frozen=True)
class Prepared:
    """A service with the items of the permission table: its people, the ids that each of them asks for, and the words
    that stand in everything that was written.
    """

    client: httpx.AsyncClient
    people: Mapping[str, Headers]
    ids: Callable[[str, str | None], Ids]
    sendings: Callable[[Ids], Mapping[str, Sending]]
    words: str


@dataclass(frozen=True)
class Answered:
    """What somebody got from a row: the outcome, and the answer of which it was read."""

    row: Row
    name: str
    outcome: Outcome | str
    answer: httpx.Response

    def __str__(self) -> str:
        return f"{self.row.key} as {self.name}: {self.outcome} ({self.answer.status_code} {self.answer.text[:200]})"


async def call_all(prepared: Prepared, table: PermissionTable) -> list[Answered]:
    """Call every row as every person, a row at a time."""
    found: list[Answered] = []
    for row in table.rows:
        found += await asyncio.gather(*(call(prepared, row, name) for name in table.people))
    return found


async def call(prepared: Prepared, row: Row, name: str, unknown: str | None = None) -> Answered:
    """Call a row as a person, and read the outcome from the answer.

    `unknown` names an id of the path in whose place comes one that nothing has, or `ids` where the path has none: then
    all ids are unknown.
    """
    ids = prepared.ids(name, row.case)
    if unknown == "ids":
        ids = dict.fromkeys(ids, f"{NO_SUCH_ID}")
    sending = prepared.sendings(ids)[row.key]
    path_ids = {**ids, **sending.ids, **({unknown: f"{NO_SUCH_ID}"} if unknown else {})}
    answer = await send(prepared, row, sending, path_ids, prepared.people[name])
    return Answered(row, name, outcome_of(prepared, row, sending, path_ids, answer), answer)


async def send(prepared: Prepared, row: Row, sending: Sending, ids: Ids, who: Headers) -> httpx.Response:
    """Send a row's request with these ids in its path."""
    method, path = row.route.split()
    outdated = {"If-Match": '"999999"'} if sending.outdated else {}
    return await prepared.client.request(
        method,
        path.format_map(ids),
        json=sending.body,
        params=dict(sending.params),
        content=sending.content,
        headers={**who, **sending.headers, **outdated},
    )


def outcome_of(prepared: Prepared, row: Row, sending: Sending, ids: Ids, answer: httpx.Response) -> Outcome | str:
    """Read the outcome from an answer; a sentence where the answer is none that the table could expect."""
    status = answer.status_code if sending.status is None else sending.status(answer)
    match status:
        case 403:
            return "refused"
        case 404:
            return "absent"
        case 422 if answer.json().get("detail") in _SCHEMA_ERRORS:
            return "the request does not have the form of the document"
        case 200 | 201 | 204 | 409 | 412 | 422 if not row.reads_only:
            return "does"
        case 200 if sending.shows is not None and ids[sending.shows] not in answer.text:
            return "nothing"
        case 200:
            return "reads" if prepared.words in answer.text else "sees"
        case _:
            return "an answer that nobody should get"


async def differences(prepared: Prepared, answered: Sequence[Answered]) -> list[str]:
    """Return where the answers differ from the table.

    What is the same for an id that nothing has is as good as absent: a lead of another partnership may do there what
    leads do, with things that are not there.
    """
    found = []
    for each in answered:
        expected = each.row.outcomes[each.name]
        if each.outcome != expected and not (expected == "absent" and await _is_unknown(prepared, each)):
            found.append(f"{each}, not {expected}")
    return found


async def tells_apart(prepared: Prepared, table: PermissionTable, answered: Sequence[Answered]) -> list[str]:
    """Return where somebody can tell an item that is not there for them from one that does not exist.

    An absent item is answered as an unknown id is, to the word, unless a query on the way to it lets them see what the
    id names. Who is refused is told that there is something: an unknown id is refused too, or some query lets them see
    what it names. Each id of a path is tried alone. Nearly all get the same answer with an unknown id, so that the
    answer to somebody else is enough for most of them.
    """
    found: list[str] = []
    answers: dict[tuple[str, str], set[tuple[int, str]]] = {}
    for each in answered:
        for unknown in each.row.path_ids or ("ids",):
            known = answers.setdefault((each.row.key, unknown), set())
            if _may_differ(table, each, unknown) or _gist(each.answer) in known:
                continue
            other = _gist((await call(prepared, each.row, each.name, unknown)).answer)
            known.add(other)
            if other != _gist(each.answer):
                found.append(f"{each}, but with an unknown {unknown} it is another answer")
    return found


def _may_differ(table: PermissionTable, answered: Answered, unknown: str) -> bool:
    """Whether somebody may get another answer with an unknown id."""
    match answered.outcome:
        case "absent":
            return table.is_on_the_way(answered.row, answered.name, unknown)
        case "refused":
            return table.may_know(answered.row, answered.name, unknown)
        case _:
            return True


async def _is_unknown(prepared: Prepared, answered: Answered) -> bool:
    """Whether somebody gets the same answer with unknown ids."""
    others = [await call(prepared, answered.row, answered.name, each) for each in answered.row.path_ids or ("ids",)]
    return all(_gist(other.answer) == _gist(answered.answer) for other in others)


def _gist(answer: httpx.Response) -> tuple[int, str]:
    """The status and the text of an answer without the ids in it."""
    return answer.status_code, re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", answer.text)


async def call_unsigned(prepared: Prepared, table: PermissionTable) -> list[str]:
    """Return the rows that answer somebody who is not signed in with anything but 401, and public rows that do so."""
    found = []
    for row in table.rows:
        ids = prepared.ids(next(iter(table.people)), row.case)
        sending = prepared.sendings(ids)[row.key]
        answer = await send(prepared, row, sending, {**ids, **sending.ids}, {})
        if (answer.status_code == 401) == row.is_public or answer.is_server_error:
            found.append(f"{row.key}: {answer.status_code}")
    return found
