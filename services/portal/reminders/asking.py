"""Ask the services what waits for people's answers, as each of them: who has accepted stands in no public event."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from uuid import UUID

import httpx
import structlog

from services.portal.calls.answers import DueTask, LoggedDay, ProposedPair
from services.portal.calls.lists import list_if_any
from services.portal.calls.services import Away, ServicesAsPerson
from services.portal.reminders.rules import (
    Due,
    WaitingProposal,
    WaitingTask,
    dues_of_days,
    dues_of_proposals,
    dues_of_tasks,
)
from services.portal.signing_in.memberships import Membership
from services.portal.signing_in.tokens import TokenMint

Ask = Callable[[ServicesAsPerson, Membership], Awaitable[list[Due]]]

AT_ONE_TIME = 4
"""People for whom the services are asked at one time, so that pages are not slower for it."""
MOST = 200
MOST_HALF_DAYS = 1000

log = structlog.get_logger()


class Asking:
    """Asks the services as people, a few at one time."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], mint: TokenMint) -> None:
        self._clients = clients
        self._mint = mint
        self._limit = asyncio.Semaphore(AT_ONE_TIME)

    async def proposals(self, who: Iterable[Membership]) -> dict[UUID, list[Due] | None]:
        """Return by account what waits for their answer; None where matching does not answer as it should."""
        return await self._ask(who, self._proposals)

    async def days(self, who: Iterable[Membership]) -> dict[UUID, list[Due] | None]:
        """Return by account what days wait for a school; None where sessions does not answer as it should."""
        return await self._ask(who, self._days)

    async def tasks(self, who: Iterable[Membership]) -> dict[UUID, list[Due] | None]:
        """Return by account what a tutor has to do; None where sessions does not answer as it should."""
        return await self._ask(who, self._tasks)

    async def _ask(self, who: Iterable[Membership], ask: Ask) -> dict[UUID, list[Due] | None]:
        memberships = list(who)
        answers = await asyncio.gather(*(self._ask_as(each, ask) for each in memberships))
        found: dict[UUID, list[Due] | None] = {}
        for membership, answer in zip(memberships, answers, strict=True):
            before = found.get(membership.account_id, [])
            found[membership.account_id] = None if before is None or answer is None else [*before, *answer]
        return found

    async def _ask_as(self, membership: Membership, ask: Ask) -> list[Due] | None:
        async with self._limit:
            try:
                return await ask(ServicesAsPerson(membership.who, self._clients, self._mint), membership)
            except Away:
                return None
            except Exception as error:  # noqa: BLE001  # such as an answer of another form: everybody else is reminded
                log.warning("reminders wait for an answer", error=type(error).__name__)
                return None

    async def _proposals(self, services: ServicesAsPerson, membership: Membership) -> list[Due]:
        pairs = await list_if_any(services, "matching", "/pairs", ProposedPair, status="proposed", limit=MOST)
        side = "trainee" if membership.role == "trainee" else "mentor"
        waiting = (
            WaitingProposal(pair.pair_id, pair.answer_by)
            for pair in pairs
            if pair.answer_by is not None and side not in pair.accepted_by
        )
        return list(dues_of_proposals(waiting))

    async def _days(self, services: ServicesAsPerson, membership: Membership) -> list[Due]:
        halves = await list_if_any(services, "sessions", "/days", LoggedDay, state="logged", limit=MOST_HALF_DAYS)
        return list(dues_of_days((half.on for half in halves), membership.account_id))

    async def _tasks(self, services: ServicesAsPerson, _: Membership) -> list[Due]:
        tasks = await list_if_any(services, "sessions", "/assessments/due", DueTask, limit=MOST)
        waiting = (WaitingTask(f"{task.kind}:{task.task}", task.relationship_id, task.due_on) for task in tasks)
        return list(dues_of_tasks(waiting))
