"""Make each of DfE's files from the services' facts."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from alongside.dfe.facts import Facts, periods_of
from shared.calendar.academic_years import AcademicYear
from shared.dfe import claims
from shared.dfe.awards import FINAL, award_of, levels_of, why_no_pass
from shared.dfe.claims import MentorClaims
from shared.dfe.inductions import (
    InductionClaims,
    InductionOutcomes,
    InductionRead,
    list_claims,
    list_outcomes,
)
from shared.dfe.people import PersonOnRecord
from shared.dfe.placements import RegisterPlacements, Stay, list_placements
from shared.dfe.recommendations import Award, Download, Recommendations, fill_in, trainees_named

_PLACEMENT = "lead"
"""The role of the mentor in a placement; others support a trainee who is placed already."""


def make_placements(facts: Facts, year: AcademicYear, today: date) -> RegisterPlacements:
    """List where trainees are placed in a year: a placement is the mentoring there by the mentor who leads it."""
    stays = [
        Stay(
            UUID(each["trainee_id"]),
            each["school_urn"],
            date.fromisoformat(each["starts_on"]),
            date.fromisoformat(each["ends_on"]),
        )
        for each in facts.relationships()
        if each["role"] == _PLACEMENT
    ]
    return list_placements(facts.people("trainee"), stays, year, today)


def make_recommendations(facts: Facts, download: Download, today: date) -> Recommendations:
    """Fill in the register's file: only the assessments of trainees whom it names are read."""
    trainees = list(facts.people("trainee").values())
    relationships = {each["relationship_id"]: each for each in facts.relationships()}
    awards = {person_id: _award(facts, person_id, relationships) for person_id in trainees_named(download, trainees)}
    return fill_in(download, trainees, awards, today)


def _award(facts: Facts, person_id: UUID, relationships: Mapping[str, Mapping[str, Any]]) -> Award:
    finals = [(of, each) for of, each in facts.assessments(person_id) if each.kind == FINAL and of in relationships]
    if not finals:
        return award_of([], {})
    of, last = max(finals, key=lambda each: each[1].on)
    return award_of([last], levels_of(facts.practice(relationships[of]), FINAL))


def make_induction_claims(facts: Facts, year: AcademicYear, today: date) -> InductionClaims:
    """List the teachers whose induction began in a year."""
    return list_claims(_inductions(facts), year, today)


def make_induction_outcomes(
    facts: Facts, year: AcademicYear, today: date, released: Collection[str]
) -> InductionOutcomes:
    """List the teachers whose induction ended in a year, with those whom somebody releases by their references."""
    return list_outcomes(_inductions(facts), year, today, released)


def _inductions(facts: Facts) -> Iterator[tuple[PersonOnRecord, InductionRead]]:
    teachers = facts.people("mentee", "teacher")
    relationships = {UUID(each["trainee_id"]): each for each in facts.relationships()}
    for person_id, teacher in teachers.items():
        relationship = relationships.get(person_id)
        induction = None if relationship is None else facts.induction(person_id)
        if relationship is None or induction is None:
            continue
        of_induction = {**relationship, "programme_id": induction["programme_id"]}
        of_induction["relationship_id"] = induction["periods"][-1]["relationship_id"]
        yield teacher, _read(facts, person_id, induction, of_induction)


def _read(
    facts: Facts, person_id: UUID, induction: Mapping[str, Any], relationship: Mapping[str, Any]
) -> InductionRead:
    return InductionRead(
        teacher_id=person_id,
        periods=periods_of(induction),
        terms_served=induction["terms_served"],
        ends_on=None if induction["ends_on"] is None else date.fromisoformat(induction["ends_on"]),
        is_served=induction["is_served"],
        last_judgement=_last_judgement(facts, person_id, relationship) if induction["is_served"] else "goes on.",
    )


def _last_judgement(facts: Facts, person_id: UUID, relationship: Mapping[str, Any]) -> str | None:
    practice = facts.practice(relationship)
    if practice.induction is None or not practice.induction.formal:
        return "has a programme without a formal assessment."
    kind = max(practice.induction.formal, key=lambda each: each.after_terms).kind
    found = [each for _, each in facts.assessments(person_id)]
    return why_no_pass(found, kind, levels_of(practice, kind))


def make_mentor_claims(facts: Facts, year: AcademicYear, names: Mapping[str, str]) -> MentorClaims:
    """Add up what schools can claim for the training of a year."""
    trainings = facts.training(year)
    urns = {training.school_urn for training in trainings if training.school_urn is not None}
    schools = {urn: facts.school(urn) for urn in sorted(urns)}
    references = {person_id: mentor.reference for person_id, mentor in facts.people("mentor").items()}
    return claims.list_claims(trainings, schools, references, year, names)
