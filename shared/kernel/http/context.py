"""The dependencies of a service's routes: the caller's identity, the way to run a command, the reader of a query."""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Header, Path, Query, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from shared.calendar import day_in_england
from shared.kernel.decider import DomainError, Invalid
from shared.kernel.http.drafts import DRAFT, DRAFTS, NO_FORMS, DraftKeeper, Forms, NamedDraft, parse_draft
from shared.kernel.http.rates import Rate, RateLimits, network_of
from shared.kernel.http.tokens import Unauthenticated, Verifier
from shared.kernel.postgres import tenant_transaction
from shared.kernel.postgres.progress import wait_with_pool_until_projected
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.principal import Principal, is_tenant
from shared.kernel.reader import Reader
from shared.kernel.records import Cause
from shared.kernel.telemetry import traceparent
from shared.kernel.unit import CommandRequest, Commands, IfMatch, Question, Unit, UseCase

A = TypeVar("A", bound=BaseModel)
Q = TypeVar("Q")

POSITION = "Alongside-Position"


@dataclass(frozen=True)
class ServiceContext:
    """What the routes of one service are served with.

    Whoever has not signed in asks at most at the `public_rate`. `today_at_least`, `file_bytes_a_person` and
    `reads_kept_days` are the settings of those names. `drafts` keeps what people type into the `forms`; None where the
    service keeps no drafts.
    """

    store: PostgresStore
    verifier: Verifier
    commands: Commands
    public_rate: Rate
    today_at_least: date | None = None
    file_bytes_a_person: int = 500 * 1024 * 1024
    forms: Forms = NO_FORMS
    drafts: DraftKeeper | None = None
    reads_kept_days: int = 730
    rates: RateLimits = field(default_factory=RateLimits)

    def today(self) -> date:
        """Return the day in England that counts as today for the days of a request."""
        return day_in_england(self.commands.now(), self.today_at_least)


async def service_context(request: Request) -> ServiceContext:
    """Read the service's context from the application's state.

    Async, because FastAPI runs a sync dependency in a thread.
    """
    found = request.app.state.context
    assert isinstance(found, ServiceContext)
    return found


ContextDep = Annotated[ServiceContext, Depends(service_context)]

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of the issuer.")


async def principal(
    context: ContextDep, bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Principal:
    """Return the person whose bearer token came with the request; raises `Unauthenticated` without a valid one."""
    if bearer is None or not bearer.credentials:
        raise Unauthenticated("Sign in first: this needs a bearer token.")
    return await context.verifier.principal(bearer.credentials)


PrincipalDep = Annotated[Principal, Depends(principal)]


class SentBefore(DomainError):
    """The same person sent the same before and it was recorded (`existing`); `?again=true` records it once more."""


@dataclass(frozen=True)
class Caller:
    """The sender of a command over HTTP, and the way to run it.

    A command that `is_first` is refused where it was done before; one that is sent `again` is meant, though it looks
    like what is recorded already. `draft` is the draft from which it was sent.
    """

    who: Principal
    context: ServiceContext
    request: CommandRequest
    response: Response
    is_first: bool = False
    again: bool = False
    draft: NamedDraft | None = None

    async def run(self, use_case: UseCase[A], answer: type[A]) -> A:
        """Run a use case and return its answer, or the stored answer if the Idempotency-Key was used before.

        The response header `Alongside-Position` holds the position that a query waits for to see the effect. The draft
        from which the command was sent is discarded in the same transaction.
        """
        done = await self.context.commands.run(self.request, self._discarding_draft(use_case))
        if done.replayed and self.is_first:
            raise SentBefore(
                "You sent exactly this before, and it is recorded. Nothing was added. If you mean another one, send it "
                "with again=true in the address.",
                existing=done.answer,
            )
        if done.position is not None:
            self.response.headers[POSITION] = str(done.position)
        assert done.answer is not None
        return answer.model_validate(done.answer)

    def _discarding_draft(self, use_case: UseCase[A]) -> UseCase[A]:
        draft, drafts = self.draft, self.context.drafts
        if draft is None or drafts is None:
            return use_case

        async def discarding(unit: Unit) -> A:
            answer = await use_case(unit)
            await drafts.discard(unit, self.who, draft.draft_id, draft.method, draft.path)
            return answer

        return discarding

    async def keep_typed(self, typed: dict[str, Any] | None) -> str | None:
        """Keep what was typed into the form of this command, which was refused, and return where; None: nowhere.

        Raises a `DomainError` where the draft that the command names cannot be kept, and is not there either.
        """
        draft, drafts = self.draft, self.context.drafts
        if draft is None or drafts is None:
            return None
        keeping = drafts.keep_typed(self.who, draft.draft_id, draft.method, draft.path, typed)
        await self.context.commands.run(CommandRequest(self.who.tenant, self.request.cause), keeping)
        return f"{DRAFTS}{draft.draft_id}"

    def with_correlation_id(self, correlation_id: UUID) -> "Caller":
        """Copy the caller, so that its events carry this correlation id."""
        cause = replace(self.request.cause, correlation_id=correlation_id)
        return replace(self, request=replace(self.request, cause=cause))

    async def receive(self, request: Request, use: Callable[[bytes], None]) -> "Caller":
        """Pass the body piece by piece to `use`, so that a file is never held whole; return the caller of that body."""
        digest = hashlib.sha256()
        async for piece in request.stream():
            digest.update(piece)
            use(piece)
        return self.with_body(digest.hexdigest())

    def with_body(self, digest: str) -> "Caller":
        """Copy the caller, so that an Idempotency-Key is of a request with this digest of its body."""
        assert isinstance(self.request.body, dict)
        return replace(self, request=replace(self.request, body={**self.request.body, "body": digest}))

    async def evaluate(self, question: Question[Q]) -> Q:
        """Evaluate a question on a unit, and append nothing that it decides."""
        return await self.context.commands.evaluate(self.request, question)

    async def run_step(self, use_case: UseCase[BaseModel]) -> None:
        """Run a use case that others of the same request follow, without its Idempotency-Key."""
        await self.context.commands.run(replace(self.request, key=None), use_case)

    async def wait_until_projected(self, patience: float) -> None:
        """Wait until the read models show everything that the tenant has recorded; raises `NotYet`."""
        pool = self.context.store.pool
        async with tenant_transaction(pool, [self.who.tenant]) as connection:
            last = await connection.fetchval("select position from events order by position desc limit 1")
        await wait_with_pool_until_projected(pool, last or 0, patience)


async def sender(
    request: Request,
    response: Response,
    who: PrincipalDep,
    context: ContextDep,
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="The same key and body have one effect and one answer.")
    ] = None,
) -> Caller:
    """Make the `Caller` of a route that receives a file, before the file is read."""
    cause = Cause(who.subject, uuid4(), None, traceparent())
    sent = {"method": request.method, "path": request.url.path, "query": request.url.query, "body": ""}
    if_match = _parse_if_match(request.headers.get("If-Match"))
    draft = parse_draft(request.headers.get(DRAFT), request.method, request.url.path)
    command = CommandRequest(who.tenant, cause, idempotency_key, sent, if_match)
    request.state.sender = made = Caller(who, context, command, response, draft=draft)
    return made


async def caller(request: Request, sender: Annotated[Caller, Depends(sender)]) -> Caller:
    """Make the `Caller` of a command's route: the dependency of each of them."""
    if sender.request.key is None:
        return sender
    return sender.with_body(hashlib.sha256(await request.body()).hexdigest())


def _parse_if_match(sent: str | None) -> IfMatch | None:
    """Read the version in an `If-Match`; the route knows of what."""
    if sent is None:
        return None
    found = re.fullmatch(r'"?([0-9]{1,9})(-[0-9a-f]{16})?"?', sent.strip())
    if found is None:
        raise Invalid('If-Match must be the ETag of what you change, such as "3".', pointer="header:if-match")
    return IfMatch(int(found[1]))


async def creator(
    caller: Annotated[Caller, Depends(caller)],
    request: Request,
    again: Annotated[bool, Query(description="Record it, though it looks like what is recorded already.")] = False,
) -> Caller:
    """Make the `Caller` of a command that makes a new thing which nothing in its body tells from another one.

    Sent a second time without an Idempotency-Key, the same is refused: a hurried click is not a second assessment.
    """
    if again or caller.request.key is not None:
        return replace(caller, again=again)
    try:
        body = await request.json()
    except ValueError:  # refused by the route
        return caller
    sent = json.dumps([request.method, request.url.path, body], sort_keys=True)
    digest = hashlib.sha256(sent.encode()).hexdigest()
    return replace(caller, is_first=True, request=replace(caller.request, key=f"same-{digest}", body=digest))


async def reader(
    who: PrincipalDep,
    context: ContextDep,
    alongside_min_position: Annotated[
        int | None, Header(ge=0, description="Wait until this position of the service can be seen, then answer.")
    ] = None,
) -> AsyncIterator[Reader]:
    """Make the `Reader` of a query's route: the dependency of each of them.

    Answers 503 with Retry-After if the position is not reached in time.
    """
    if alongside_min_position is not None:
        await wait_with_pool_until_projected(context.store.pool, alongside_min_position)
    async with tenant_transaction(context.store.pool, [who.tenant]) as connection:
        yield Reader(who, connection, context.store.keyring)


async def public_reader(
    partnership: Annotated[str, Path(max_length=100, description="The name of the partnership.")],
    context: ContextDep,
    request: Request,
) -> AsyncIterator[Reader]:
    """Make the `Reader` of a route for people without an account, who name the partnership in the address.

    The query decides what such a reader may see. A partnership that does not exist has nothing. Raises
    `TooManyRequests` where the client's network has asked too often.
    """
    context.rates.take(f"public {network_of(request.client.host) if request.client else ''}", context.public_rate)
    async with tenant_transaction(context.store.pool, [partnership] if is_tenant(partnership) else []) as connection:
        yield Reader(Principal("", partnership, frozenset()), connection, context.store.keyring)


SenderDep = Annotated[Caller, Depends(sender)]
CallerDep = Annotated[Caller, Depends(caller)]
CreatorDep = Annotated[Caller, Depends(creator)]
ReaderDep = Annotated[Reader, Depends(reader)]
WritingReaderDep = Annotated[Reader, Depends(reader, scope="function")]
"""The reader of a route that records who asks: its transaction ends, and is durable, before the answer leaves."""
PublicReaderDep = Annotated[Reader, Depends(public_reader)]


def set_location(response: Response, location: str) -> None:
    """Name the new resource in the `Location` header of the response."""
    response.headers["Location"] = location
