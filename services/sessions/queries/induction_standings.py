"""What is on record of inductions, and where each stands: read for a teacher's record and for what is due."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.sessions.domain.induction_rules import Absence, Period, Standing, stand
from services.sessions.domain.programmes import Programme
from services.sessions.queries.merges import kept_id_of
from services.sessions.queries.programmes import find_programmes
from services.sessions.queries.relationships import RelationshipSummary, find_relationships
from shared.events.practices import InductionRules
from shared.kernel.reader import Reader
from shared.kernel.unit import utc_now


@dataclass(frozen=True, slots=True)
class Induction:
    """The periods and absences of a teacher, the relationships of the periods, and where the induction stands by them.

    `programme` is that of the last period, `rules` are its rules.
    """

    periods: list[dict[str, Any]]
    absences: list[dict[str, Any]]
    relationships: Mapping[UUID, RelationshipSummary]
    programme: Programme
    rules: InductionRules
    standing: Standing

    @property
    def programme_id(self) -> UUID:
        """The programme of the last period."""
        return self.relationships[self.periods[-1]["relationship_id"]].programme_id


async def find_inductions(reader: Reader, kept_ids: Collection[UUID]) -> dict[UUID, Induction]:
    """Return the inductions of teachers, by the ids of their kept records, as far as a period is on record.

    The kinds of absences are not decrypted. The caller authorises.
    """
    periods = await _rows_of(reader, _PERIODS, kept_ids)
    absences = await _rows_of(reader, _ABSENCES, kept_ids)
    named = {period["relationship_id"] for of_teacher in periods.values() for period in of_teacher}
    relationships = await find_relationships(reader, named)
    programmes = await find_programmes(reader, {each.programme_id for each in relationships.values()})
    found = {}
    for kept_id, own in periods.items():
        programme = programmes.get(relationships[own[-1]["relationship_id"]].programme_id)
        if programme is not None and programme.practice.induction is not None:
            found[kept_id] = _induction(
                programme, programme.practice.induction, own, absences.get(kept_id, []), relationships
            )
    return found


def _induction(
    programme: Programme,
    rules: InductionRules,
    periods: list[dict[str, Any]],
    absences: list[dict[str, Any]],
    relationships: Mapping[UUID, RelationshipSummary],
) -> Induction:
    standing = stand(
        rules,
        [Period(row["school_urn"], row["starts_on"], row["ends_on"], row["full_time_percent"]) for row in periods],
        [Absence(row["since"], row["days"], row["exempt"]) for row in absences],
        utc_now().date(),
    )
    own = {row["relationship_id"]: relationships[row["relationship_id"]] for row in periods}
    return Induction(periods, absences, own, programme, rules, standing)


async def _rows_of(reader: Reader, sql: str, kept_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    rows: dict[UUID, list[dict[str, Any]]] = {}
    for row in await reader.connection.fetch(sql, sorted(kept_ids)):
        fields = dict(row)
        rows.setdefault(fields.pop("kept_id"), []).append(fields)
    return rows


_OWN = "trainee_id = any ($1) or trainee_id in (select merged_id from merges where kept_id = any ($1))"
_PERIODS = f"""
    select {kept_id_of("trainee_id")} as kept_id, period_id, relationship_id, school_urn, starts_on, ends_on,
           full_time_percent, training_programme
    from induction_periods where ({_OWN}) and (ends_on is null or starts_on <= ends_on) order by starts_on, period_id"""
_ABSENCES = f"""
    select {kept_id_of("trainee_id")} as kept_id, absence_id, relationship_id, kind, since, until, days, exempt
    from induction_absences where ({_OWN}) and days > 0 order by since, absence_id"""
