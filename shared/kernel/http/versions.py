"""The version of what a route shows or changes: its `ETag`, and what compares with it.

The tag of a single thing is `"7-3f0a5d1c"`: the version of its streams, and a digest of the answer. `If-Match` compares
the version alone, so that a lead and a mentor, who see different parts, can send what they got. `If-None-Match`
compares all of it: an answer may change with the day, or with a school's name, while its streams do not.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from fastapi import Request, Response

from shared.kernel.decider import Decider, Invalid
from shared.kernel.http.context import Caller
from shared.kernel.postgres import Connection, tenant_transaction
from shared.kernel.postgres.progress import projected_position
from shared.kernel.reader import Reader

E = TypeVar("E", bound=Callable[..., Any])

_VERSION = """
    select coalesce(sum(version), 0)::int from (
        select max(version) as version from events
        where tenant = $1 and stream = any ($2) and ($3::bigint is null or position <= $3) group by stream
    ) latest"""


@dataclass(frozen=True, slots=True)
class Versioned:
    """A thing of these aggregates, each under the id that the route's argument `key` has.

    Without an aggregate it is no thing of the event store: answers about it have a `version`.
    """

    deciders: tuple[Decider[Any, Any, Any], ...]
    key: str

    def streams(self, key: object) -> list[str]:
        """Return the streams of the thing with this id."""
        return [decider.stream(key) for decider in self.deciders]


def has_version(*deciders: Decider[Any, Any, Any], key: str) -> Callable[[E], E]:
    """Mark the function of a route as one that shows or changes a single thing, so that it has a version.

    `key` names the argument with the thing's id. If the answer has a field of that name, the version is that of the
    thing which is answered: a merged record shows the one that is kept. Of a thing without deciders the answer has the
    `version`, and the command compares it with that in the caller's `If-Match`.
    """

    def mark(endpoint: E) -> E:
        endpoint.versioned = Versioned(deciders, key)  # type: ignore[attr-defined]  # a mark on a function
        return endpoint

    return mark


def version_mark(endpoint: Callable[..., Any]) -> Versioned | None:
    """Return what the function of a route shows or changes; None where it has no version."""
    found = getattr(endpoint, "versioned", None)
    assert found is None or isinstance(found, Versioned)
    return found


def expecting(caller: Caller, thing: Versioned | None, arguments: Mapping[str, Any]) -> Caller:
    """Return the caller, whose commands compare the version of the thing with their `If-Match`.

    Raises `Invalid` where there is an `If-Match` but nothing that it could mean.
    """
    expected = caller.request.if_match
    if expected is None:
        return caller
    if thing is None:
        raise Invalid("This is not the change of a single thing. Leave If-Match out.", pointer="header:if-match")
    of = tuple((decider, arguments[thing.key]) for decider in thing.deciders)
    return replace(caller, request=replace(caller.request, if_match=replace(expected, of=of)))


async def answer_with_version(
    thing: Versioned, arguments: Mapping[str, Any], show: Callable[[], Any], request: Request
) -> Any:
    """Call `show`, and keep the version of what it showed for the tag.

    The version is that of the position which the read models had reached before, so it is never newer than what is
    shown. An older one is harmless: a change that is meant for it is refused, and its sender looks again.
    """
    source = next(each for each in arguments.values() if isinstance(each, Reader | Caller))
    if isinstance(source, Caller):  # what is shown is read from the streams
        async with tenant_transaction(source.context.store.pool, [source.who.tenant]) as connection:
            request.state.version = await _version(connection, source.who.tenant, thing, arguments[thing.key], None)
        return await show()
    if not thing.deciders:
        answer = await show()
        request.state.version = answer.version
        return answer
    position = await projected_position(source.connection)
    answer = await show()
    key = getattr(answer, thing.key, arguments[thing.key])
    request.state.version = await _version(source.connection, source.who.tenant, thing, key, position)
    return answer


async def _version(connection: Connection, tenant: str, thing: Versioned, key: object, up_to: int | None) -> int:
    return int(await connection.fetchval(_VERSION, tenant, thing.streams(key), up_to))


def add_tag(request: Request, response: Response) -> Response:
    """Give an answer its `ETag`; answer 304 without a body to somebody who has it already (`If-None-Match`)."""
    digest = hashlib.blake2b(bytes(response.body), digest_size=8).hexdigest()
    version = getattr(request.state, "version", None)
    response.headers["ETag"] = tag = f'"{digest}"' if version is None else f'"{version}-{digest}"'
    response.headers.setdefault("Cache-Control", "private, no-cache")
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    if tag not in known and "*" not in known:
        return response
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return Response(status_code=304, headers=kept)
