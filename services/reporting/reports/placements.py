"""Placements: every trainee's pair, or the reason why there is none."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.reporting import policy
from services.reporting.reports.behind import Behind, behind_placement
from services.reporting.reports.reader import ReportReader
from services.reporting.reports.report import Report, in_scope
from services.reporting.tables.pairs import PAIRS
from services.reporting.tables.referrals import REFERRALS
from services.reporting.tables.schools import SCHOOLS
from services.reporting.tables.trainees import TRAINEES
from services.reporting.tables.training_statuses import TRAINING_STATUSES
from services.reporting.tables.unplaced import UNPLACED
from services.reporting.views.placement_statuses import KEPT_PLACEMENTS, PlacementStatus
from shared.kernel.answers import Answer


class Placement(Answer):
    """The placement status of a trainee in a programme: the pair, proposed or confirmed, or why there is none."""

    programme_id: UUID = Field(description="The programme.")
    trainee_id: UUID = Field(description="The trainee.")
    subject: str | None = Field(description="The subject that they train to teach.")
    phase: str | None = Field(description="The phase that they train for.")
    standing: PlacementStatus = Field(description="How far it is.")
    since: date | None = Field(description="The first day of a deferral or of a withdrawal from training.")
    reason: str | None = Field(
        description="Without a pair: the rule that prevents it, who declined, or what the last pair rested on and left."
    )
    explanation: str | None = Field(description="The reason as a sentence.")
    would_help: str | None = Field(description="Sentences of which each alone would have placed the trainee.")
    pair_id: UUID | None = Field(description="The pair.")
    mentor_id: UUID | None = Field(description="Its mentor.")
    school_urn: str | None = Field(description="Its school.")
    school_name: str | None = Field(description="The school's name.")
    travel_minutes: int | None = Field(description="Minutes from the trainee's home to the school, one way.")
    starts_on: date | None = Field(description="The first day of the placement.")
    ends_on: date | None = Field(description="The last day of the placement.")


_PLACEMENTS = """
    select placement.*, school.name as school_name
    from placements placement left join schools school on school.urn = placement.school_urn"""

_OF_SHOWN = behind_placement("shown.trainee_id", "shown.programme_id")
_OF_STANDING = ("standing", "reason", "explanation", "would_help")
_OF_PAIR = ("pair_id", "mentor_id", "school_urn", "school_name", "travel_minutes", "starts_on", "ends_on")

PLACEMENTS = Report(
    name="placements",
    title="Placements",
    question="Who has a placement, where, with whom, and why have the others none?",
    row=Placement,
    key=("trainee_id", "programme_id"),
    filters=("programme_id", "trainee_id", "mentor_id", "school_urn", "standing", "reason"),
    scope=policy.placements,
    made_from=(REFERRALS, PAIRS, UNPLACED, TRAINEES, TRAINING_STATUSES, SCHOOLS),
    figures=(KEPT_PLACEMENTS,),
    behind=(
        Behind(REFERRALS, _OF_SHOWN, _OF_STANDING),
        # while there is a pair, what came before it decides nothing
        Behind(PAIRS, f"{_OF_SHOWN} and t.pair_id = coalesce(shown.pair_id, t.pair_id)", (*_OF_STANDING, *_OF_PAIR)),
        Behind(UNPLACED, f"{_OF_SHOWN} and shown.pair_id is null", _OF_STANDING),
        Behind(TRAINEES, "t.trainee_id = shown.trainee_id", ("subject", "phase")),
        Behind(TRAINING_STATUSES, "t.trainee_id = shown.trainee_id", (*_OF_STANDING, "since")),
        Behind(SCHOOLS, "t.urn = shown.school_urn", ("school_name",)),
    ),
    notes=(
        (
            "Somebody who is mentored without a placement, such as a teacher in induction, a pupil or a peer, stays "
            "`accepted`: the report on mentoring relationships has their mentors."
        ),
    ),
    not_for="the reasons of a referral: these are for the people whom it concerns; ask referral.",
    sql=f"{_PLACEMENTS} where {in_scope(school='placement.school_urn', trainee='placement.trainee_id')}",
)


class PlacementCount(Answer):
    """How many trainees of a programme stand in the same place, for the same reason where there is one."""

    standing: PlacementStatus
    reason: str | None
    number: int


async def count_placements(reader: ReportReader, *, as_of: date, programme_id: UUID) -> list[PlacementCount]:
    """Count the placements of a programme: the caller has checked that the reader may see them."""
    return await reader.all(
        PlacementCount,
        f"""{await reader.figures(as_of, KEPT_PLACEMENTS)}, asked as (select $1::date)
            select standing, reason, count(*) as number from ({_PLACEMENTS}) report
            where programme_id = $2 group by standing, reason""",
        as_of,
        programme_id,
    )
