"""Read what the portal knows of a partnership, for its reminders: read models, roles, addresses and pauses.

For the worker role, in a transaction that has named the tenant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.portal.domain.reminders import Pause
from services.portal.reminders.rules import WEEKS_BACK, Known, KnownMentoring, KnownTarget
from services.portal.signing_in.memberships import Membership, memberships_of_accounts
from shared.kernel.answers import Answer
from shared.kernel.postgres import Connection
from shared.kernel.postgres.personal import Keyring
from shared.kernel.principal import Principal
from shared.kernel.reader import Reader

Days = tuple[date, date]
"""The first and the last of some days."""


@dataclass(frozen=True, slots=True)
class Asked:
    """People for whom the services are asked what waits for them, each in a role."""

    answers_proposals: tuple[Membership, ...]
    leads_schools: tuple[Membership, ...]
    assesses: tuple[Membership, ...]


async def read_known(connection: Connection, tenant: str, today: date, of: UUID | None = None) -> Known:
    """Return what is known of relationships, recorded meetings, open targets, and who of the two is on record.

    `of` is whose relationships are read; None: those of the whole partnership.
    """
    mentorings = await connection.fetch(
        """select m.relationship_id, m.trainee_id, m.mentor_id, m.starts_on, m.ends_on, m.meetings_per_week,
                  m.weeks_between_meetings, m.paused_on, m.pauses, a.since as trainee_away_since, h.closed
           from mentorings m
           left join trainees_away a on a.tenant = m.tenant and a.trainee_id = m.trainee_id
           left join school_holidays h on h.tenant = m.tenant and h.urn = m.school_urn
           where m.tenant = $1 and m.starts_on <= $2 and m.ends_on >= $2
             and ($3::uuid is null or m.mentor_id = $3 or m.trainee_id = $3)""",
        tenant,
        today,
        of,
    )
    ids = [row["relationship_id"] for row in mentorings]
    longest = max((row["weeks_between_meetings"] or 1 for row in mentorings), default=1)
    recorded: dict[UUID, list[date]] = {}
    for row in await connection.fetch(
        """select relationship_id, on_day from recorded_meetings
           where tenant = $1 and relationship_id = any ($2) and on_day >= $3""",
        tenant,
        ids,
        today - timedelta(weeks=WEEKS_BACK + longest),
    ):
        recorded.setdefault(row["relationship_id"], []).append(row["on_day"])
    targets = await connection.fetch(
        "select target_id, relationship_id, due_on from open_targets where tenant = $1 and relationship_id = any ($2)",
        tenant,
        ids,
    )
    people = await connection.fetch(
        "select person_id from people where tenant = $1 and person_id = any ($2)",
        tenant,
        sorted({row[side] for row in mentorings for side in ("mentor_id", "trainee_id")}),
    )
    absences = await _read_absences(connection, tenant, {row["trainee_id"] for row in mentorings})
    return Known(
        mentorings=[_mentoring(dict(row), absences) for row in mentorings],
        recorded=recorded,
        targets=[KnownTarget(**row) for row in targets],
        people=frozenset(row["person_id"] for row in people),
    )


async def read_ends(connection: Connection, tenant: str, relationships: Iterable[UUID]) -> dict[UUID, date]:
    """Return the last day of each of these relationships that is known, and whose trainee is on record."""
    rows = await connection.fetch(
        """select m.relationship_id, m.ends_on from mentorings m
           join people p on p.tenant = m.tenant and p.person_id = m.trainee_id
           where m.tenant = $1 and m.relationship_id = any ($2)""",
        tenant,
        sorted(relationships),
    )
    return {row["relationship_id"]: row["ends_on"] for row in rows}


async def _read_absences(connection: Connection, tenant: str, trainees: Iterable[UUID]) -> dict[UUID, list[Days]]:
    """Return the absences of trainees that are over, those of records that were merged with theirs too."""
    absences: dict[UUID, list[Days]] = {}
    for row in await connection.fetch(
        """select coalesce(k.kept_id, a.trainee_id) as trainee_id, a.absences
           from trainees_away a left join kept_records k on k.tenant = a.tenant and k.person_id = a.trainee_id
           where a.tenant = $1 and coalesce(k.kept_id, a.trainee_id) = any ($2)""",
        tenant,
        sorted(trainees),
    ):
        absences.setdefault(row["trainee_id"], []).extend(_days(row["absences"]))
    return absences


def _mentoring(row: dict[str, Any], absences: Mapping[UUID, Sequence[Days]]) -> KnownMentoring:
    interruptions = (*_days(row.pop("pauses")), *absences.get(row["trainee_id"], ()))
    return KnownMentoring(**{**row, "closed": _days(row["closed"]), "interruptions": interruptions})


def _days(closed: Iterable[dict[str, str]] | None) -> tuple[Days, ...]:
    days = closed or ()
    return tuple((date.fromisoformat(each["first_day"]), date.fromisoformat(each["last_day"])) for each in days)


async def read_asked(connection: Connection, tenant: str, today: date) -> Asked:
    """Return for whom the services are asked: whoever is proposed to somebody, leads of schools, and tutors.

    While any proposal is open, every school's lead is asked for: the school of a proposal may have a successor by now.
    """
    proposed = await connection.fetch(
        """select coalesce(k.kept_id, side.person_id) as account_id
           from open_proposals p cross join lateral (values (p.mentor_id), (p.trainee_id)) side (person_id)
           left join kept_records k on k.tenant = p.tenant and k.person_id = side.person_id
           where p.tenant = $1 group by 1""",
        tenant,
    )
    given = await connection.fetch(
        """select distinct account_id from grants
           where tenant = $1 and role in ('school_lead', 'tutor') and ended_on is null""",
        tenant,
    )
    of_mentoring = await memberships_of_accounts(connection, [(tenant, row["account_id"]) for row in proposed], today)
    of_grants = await memberships_of_accounts(connection, [(tenant, row["account_id"]) for row in given], today)
    school_leads = tuple(each for each in of_grants if each.role == "school_lead")
    return Asked(
        answers_proposals=(
            *(each for each in of_mentoring if each.role in ("mentor", "trainee")),
            *(school_leads if proposed else ()),
        ),
        leads_schools=school_leads,
        assesses=tuple(each for each in of_grants if each.role == "tutor"),
    )


class _Address(Answer):
    account_id: UUID
    email: str | None


async def read_addresses(
    connection: Connection, keyring: Keyring, tenant: str, accounts: Iterable[UUID]
) -> dict[UUID, str]:
    """Return the e-mail addresses of people on record and of accounts; without those that are closed or erased."""
    reader = Reader(Principal("", tenant, frozenset()), connection, keyring)
    found = await reader.all(
        _Address,
        """select person_id as account_id, email from people where tenant = $1 and person_id = any ($2)
             and not exists (select from closures c where c.tenant = $1 and c.account_id = person_id)
           union all
           select account_id, email from accounts a where tenant = $1 and account_id = any ($2) and email is not null
             and not exists (select from closures c where c.tenant = $1 and c.account_id = a.account_id)
             and not exists (select from people p where p.tenant = $1 and p.person_id = a.account_id)""",
        tenant,
        sorted(set(accounts)),
        unseal=True,
    )
    return {each.account_id: each.email for each in found if each.email is not None and "@" in each.email}


async def read_pauses(connection: Connection, tenant: str) -> dict[UUID, Pause]:
    """Return who wants no reminders, and until when."""
    rows = await connection.fetch("select account_id, until from reminder_pauses where tenant = $1", tenant)
    return {row["account_id"]: Pause(row["until"]) for row in rows}
