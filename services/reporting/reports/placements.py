"""Placements: every trainee's pair, or the reason why there is none."""

from datetime import date
from uuid import UUID

from services.reporting import policy
from services.reporting.policy import Scope
from services.reporting.reports.freshness import DatedAnswer, last_recorded_at
from services.reporting.views.current_rows import CURRENT_ROWS, current_principal
from services.reporting.views.placement_statuses import PLACEMENT_STATUS, REASONS_OF_ENDED_PAIRS, PlacementStatus
from shared.kernel.answers import Answer
from shared.kernel.reader import Reader


class Placement(Answer):
    """The placement status of a trainee in a programme: the pair, proposed or confirmed, or why there is none.

    `reason` is the rule that binds, the side that declined, that nobody answered in time, or what the pair rested on
    and left. Each sentence of `would_help` alone would have placed the trainee. Travel is minutes one way. `since` is
    the first day of a deferral or of a withdrawal from training.
    """

    programme_id: UUID
    trainee_id: UUID
    subject: str | None
    phase: str | None
    standing: PlacementStatus
    since: date | None
    reason: str | None
    explanation: str | None
    would_help: str | None
    pair_id: UUID | None
    mentor_id: UUID | None
    school_urn: str | None
    school_name: str | None
    travel_minutes: int | None
    starts_on: date | None
    ends_on: date | None


class Placements(DatedAnswer):
    """A page of trainees."""

    placements: list[Placement]


async def page_of_placements(
    reader: Reader, *, today: date, programme_id: UUID | None, after: UUID | None, limit: int
) -> Placements:
    """Return a page of the trainees whom the reader may see; raises `NotAllowed` for a reader who may see no
    placements.
    """
    scope = policy.placements(await current_principal(reader))
    up_to_date_at = await last_recorded_at(reader)
    rows = await placements_in_scope(reader, scope, today=today, programme_id=programme_id, after=after, limit=limit)
    return Placements(up_to_date_at=up_to_date_at, placements=rows)


_ALL = 2**63 - 1


async def placements_in_scope(
    reader: Reader,
    scope: Scope,
    *,
    today: date,
    programme_id: UUID | None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[Placement]:
    """Return the trainees of the scope, as of today, in the order of their ids: at most `limit`, after the id `after`.

    A trainee in two programmes has two rows on the same page, even if that makes the page longer than `limit`, because
    the next page begins with the next trainee.
    """
    rows = await reader.all(
        Placement,
        f"""{CURRENT_ROWS}, placement as ({PLACEMENT_STATUS}), page as (
                select placement.*, status as standing, trainee.subject, trainee.phase, pair.mentor_id,
                       pair.school_urn, school.name as school_name, pair.travel_minutes, pair.starts_on, pair.ends_on
                from placement left join trainees trainee on trainee.trainee_id = placement.trainee_id
                left join pairs pair on pair.pair_id = placement.pair_id
                left join schools school on school.urn = pair.school_urn
                where ($2::uuid is null or placement.programme_id = $2)
                  and ($3::uuid is null or placement.trainee_id > $3)
                  and ($4 or pair.school_urn = any ($5) or placement.trainee_id = $6)
                order by placement.trainee_id fetch first coalesce($7::bigint, {_ALL}) rows with ties
            )
            select * from page order by trainee_id, programme_id""",
        today,
        programme_id,
        after,
        scope.everything,
        sorted(scope.schools),
        scope.trainee_id,
        limit,
    )
    return [_explained(row) for row in rows]


def _explained(row: Placement) -> Placement:
    explanation = REASONS_OF_ENDED_PAIRS.get(row.reason or "")
    return row if explanation is None else row.model_copy(update={"explanation": explanation})
