"""What a feed shows: the services are asked as its owner, in every role that they have."""

from asyncio import gather
from dataclasses import replace

from services.portal.calls.answers import (
    DaysOfPlacement,
    DueAssessment,
    DueTask,
    PlannedObservation,
    ProposedPair,
    Relationship,
)
from services.portal.calls.lists import list_if_any
from services.portal.calls.services import ServicesAsPerson
from services.portal.calls.sessions import current_relationships, read_mentoring
from services.portal.pages.calendar.entries import (
    DueInMentoring,
    Entry,
    entries_around,
    entries_of_mentoring,
    entries_of_proposals,
    entries_of_tasks,
)
from services.portal.pages.calendar.writing import write_calendar
from services.portal.pages.context import PortalContext
from services.portal.queries.calendars import OpenFeed, number_entries
from services.portal.queries.people import names_of
from services.portal.signing_in.memberships import Membership
from shared.kernel.postgres import tenant_transaction
from shared.kernel.reader import Reader

IN_MENTORING = ("mentor", "trainee")
ANSWERS_PROPOSALS = ("mentor", "trainee", "school_lead")


async def write_feed(context: PortalContext, feed: OpenFeed, url: str) -> bytes:
    """Write the calendar of a feed; no entry vanishes because a service does not answer.

    Raises `Away`, and `Refused` where a service has no answer for somebody in a role that has one.
    """
    today, now = context.today(), context.service.commands.now()
    of_roles = await gather(*(_entries_in_role(context, feed, each) for each in feed.memberships))
    entries = entries_around((entry for of_role in of_roles for entry in of_role), today)
    store = context.service.store
    async with tenant_transaction(store.pool, [feed.tenant]) as connection:
        if feed.options.names:
            reader = Reader(feed.memberships[0].who, connection, store.keyring)
            names = await names_of(reader, {entry.about for entry in entries if entry.about is not None})
            entries = [
                entry if entry.about is None else replace(entry, summary=f"{entry.summary} ({names[entry.about]})")
                for entry in entries
            ]
        versions = await number_entries(
            connection, store.keyring, feed, {entry.name: entry.text for entry in entries}, now
        )
    return write_calendar(entries, versions, url, today)


async def _entries_in_role(context: PortalContext, feed: OpenFeed, membership: Membership) -> list[Entry]:
    services = ServicesAsPerson(membership.who, context.clients, context.mint)
    entries: list[Entry] = []
    if membership.role in IN_MENTORING:
        relationships = await current_relationships(services, context.today())
        due = await gather(*(_due_in_mentoring(context, services, membership, each) for each in relationships))
        for each in due:
            entries += entries_of_mentoring(each, feed.account_id, feed.options.meetings_at)
    if membership.role in ANSWERS_PROPOSALS:
        pairs = await list_if_any(services, "matching", "/pairs", ProposedPair, status="proposed", limit=200)
        entries += entries_of_proposals(pairs, membership.role, feed.account_id)
    if membership.role == "tutor":
        entries += entries_of_tasks(await list_if_any(services, "sessions", "/assessments/due", DueTask, limit=200))
    return entries


async def _due_in_mentoring(
    context: PortalContext, services: ServicesAsPerson, membership: Membership, relationship: Relationship
) -> DueInMentoring:
    path = f"/relationships/{relationship.relationship_id}"
    mentoring, observations, assessments = await gather(
        read_mentoring(services, relationship.relationship_id, context.today()),
        list_if_any(services, "sessions", f"{path}/observations", PlannedObservation),
        list_if_any(services, "sessions", f"{path}/assessments/due", DueAssessment),
    )
    if membership.role != "trainee":
        return DueInMentoring(mentoring, observations, assessments)
    days = await services.get("sessions", f"{path}/days", DaysOfPlacement)
    return DueInMentoring(mentoring, observations, assessments, days)
