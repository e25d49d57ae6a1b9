"""Query of what a document of an assessment shows: a version, its moderation, its appeal and its second opinion.

Whoever reads the assessment may have the document. Each part has the rule of its own route: it shows what the person
reads there.
"""

from dataclasses import dataclass

from services.sessions.domain.assessment_rules import AssessmentRules, rules_of
from services.sessions.domain.programmes import Programme
from services.sessions.queries.appeals import Appeal, show_appeals
from services.sessions.queries.assessments import Assessment, AssessmentWithVersions
from services.sessions.queries.moderations import Moderation, moderations_of
from services.sessions.queries.programmes import find_programme
from services.sessions.queries.relationships import find_relationships
from services.sessions.queries.second_opinions import OpinionOnVersion, show_opinions
from shared.kernel.decider import NotFound
from shared.kernel.reader import Reader


@dataclass(frozen=True, slots=True)
class AssessmentPaper:
    """A version of an assessment to print, the `others` that the person may read, and what became of the version.

    `appeal` and `opinion` are None where the person may not know of them, or where there is none.
    """

    partnership: str
    programme: Programme
    rules: AssessmentRules
    version: Assessment
    others: tuple[Assessment, ...]
    appeal: Appeal | None
    opinion: OpinionOnVersion | None
    moderations: tuple[Moderation, ...]


async def show_paper(reader: Reader, shown: AssessmentWithVersions, version: int | None) -> AssessmentPaper:
    """Return what is printed of an assessment that the person was shown: a version of it, by default the last.

    Raises `NotFound` for a version that the person was not shown.
    """
    printed = shown.only(version).versions[-1]
    found = await find_relationships(reader, {printed.relationship_id})
    programme = await find_programme(reader, found[printed.relationship_id].programme_id)
    appeals, opinions = await _appeals_and_opinions(reader, shown)
    return AssessmentPaper(
        partnership=reader.who.tenant,
        programme=programme,
        rules=rules_of(programme, printed.kind),
        version=printed,
        others=tuple(each for each in shown.versions if each.version != printed.version),
        appeal=next((each for each in appeals if each.version == printed.version), None),
        opinion=next((each for each in opinions if each.version == printed.version), None),
        moderations=tuple(await moderations_of(reader, printed.assessment_id, printed.version)),
    )


async def _appeals_and_opinions(
    reader: Reader, shown: AssessmentWithVersions
) -> tuple[list[Appeal], list[OpinionOnVersion]]:
    """Return the appeals and the second opinions; none for a moderator who may not know of the relationship."""
    try:
        appeals = await show_appeals(reader, shown.assessment_id)
        opinions = await show_opinions(reader, shown.assessment_id)
    except NotFound:
        return [], []
    return appeals.appeals, opinions.opinions
