"""What pages read of the services' answers is in the services' OpenAPI documents, with the same kinds of values."""

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from services.portal import calls
from services.portal.calls import (
    answers,
    assessment_answers,
    hosting_answers,
    import_answers,
    matching_answers,
    observation_answers,
    people_answers,
    programme_answers,
    second_look_answers,
    support_plan_answers,
)
from services.portal.calls.answers import Part
from tests.support.documents import document

READ: dict[str, type[BaseModel]] = {
    "sessions GET /relationships": answers.Relationship,
    "sessions GET /relationships/{relationship_id}": answers.RelationshipWithRecord,
    "sessions GET /relationships/{relationship_id}/series": answers.Series,
    "sessions GET /relationships/{relationship_id}/observations": answers.PlannedObservation,
    "sessions GET /relationships/{relationship_id}/days": answers.DaysOfPlacement,
    "sessions GET /relationships/{relationship_id}/assessments/due": answers.DueAssessment,
    "sessions GET /assessments/due": answers.DueTask,
    "sessions GET /days (in a reminder)": answers.LoggedDay,
    "matching GET /pairs (in a calendar)": answers.ProposedPair,
    "sessions GET /meetings/{meeting_id}": answers.Meeting,
    "sessions POST /relationships/{relationship_id}/meetings": answers.RecordedMeeting,
    "sessions PUT /meetings/{meeting_id}": answers.MeetingVersion,
    "sessions GET /record": answers.OwnItem,
    "sessions GET /record/reads": answers.Reading,
    "sessions GET /journal/{entry_id}": answers.OpenedEntry,
    "sessions POST /journal": answers.EntryState,
    "sessions GET /feedback/{feedback_id}": answers.OpenedFeedback,
    "sessions GET /observations/{observation_id}": answers.OpenedObservation,
    "sessions GET /reflections/{reflection_id}": answers.OpenedReflection,
    "sessions GET /measures/{series_id}": answers.OpenedMeasures,
    "sessions GET /relationships/{relationship_id}/measures": answers.InstrumentOfRelationship,
    "sessions PUT /mentor-requests/{relationship_id}": answers.MentorRequestState,
    "reporting GET /overview": answers.Overview,
    "reporting GET /reports": answers.ReportDescription,
    "reporting GET /reports/caseloads": answers.ReportPage,
    "referral GET /programmes": answers.Programme,
    "referral GET /people/{person_id}": people_answers.Person,
    "referral GET /people/{person_id}/history": people_answers.HistoryEntry,
    "reporting GET /trainees/{trainee_id}/reads": people_answers.ReportReads,
    "referral GET /schools (whether there are any)": answers.Record,
    "referral GET /programmes (as a list of them)": programme_answers.ListedProgramme,
    "referral GET /programme-templates": programme_answers.TemplateOfProgrammes,
    "referral POST /programmes": programme_answers.ProgrammeState,
    "referral GET /programmes/{programme_id} (with settings)": programme_answers.ProgrammeWithSettings,
    "referral POST /programmes/{programme_id}/closure": programme_answers.ProgrammeState,
    "referral POST /programmes/{programme_id}/reopening": programme_answers.ProgrammeState,
    "referral POST /programmes/{programme_id}/overrides": programme_answers.RulesState,
    "referral GET /imports": import_answers.ImportSummary,
    "referral POST /imports": import_answers.ImportChecked,
    "referral GET /imports/{import_id}": import_answers.ImportDetails,
    "referral POST /imports/{import_id}/confirmation": import_answers.ImportEnded,
    "referral POST /imports/{import_id}/undo": import_answers.ImportEnded,
    "referral GET /schools/{urn}": hosting_answers.School,
    "referral GET /offers": hosting_answers.Offer,
    "referral POST /offers": hosting_answers.OfferPlaces,
    "referral GET /offers/to-confirm": hosting_answers.OfferToConfirm,
    "referral POST /offers/{offer_id}/confirmation": hosting_answers.OfferStatus,
    "referral GET /appetites": hosting_answers.Appetite,
    "referral POST /schools/{urn}/appetite": hosting_answers.AppetiteStatus,
    "referral GET /programmes (a school's)": hosting_answers.OpenProgramme,
    "referral GET /people": hosting_answers.PersonOfSchool,
    "sessions GET /relationships (a school's)": hosting_answers.MentoringHours,
    "matching GET /pairs": hosting_answers.PairProposal,
    "matching POST /pairs/{pair_id}/acceptance": hosting_answers.PairChanged,
    "matching GET /supports": hosting_answers.SupportProposal,
    "matching POST /supports/{support_id}/acceptance": hosting_answers.SupportChanged,
    "sessions GET /days": hosting_answers.HalfDay,
    "sessions POST /days/confirmation": hosting_answers.DayOutcomes,
    "referral GET /programmes/{programme_id}": matching_answers.ProgrammeWithRules,
    "referral GET /offers/to-confirm (on the board)": matching_answers.OfferToConfirm,
    "referral GET /offers/{offer_id}": matching_answers.Offer,
    "referral POST /offers (on the board)": matching_answers.OfferPlaces,
    "referral GET /schools": matching_answers.School,
    "referral GET /referrals": matching_answers.Referral,
    "referral GET /schools/{urn} (on the board)": matching_answers.School,
    "matching GET /readiness": matching_answers.Readiness,
    "matching GET /candidates": matching_answers.Candidate,
    "matching GET /rounds": matching_answers.Round,
    "matching GET /rounds/{round_id}/overview": matching_answers.RoundOverview,
    "matching GET /rounds/{round_id}/trainees": matching_answers.RoundTraineesPage,
    "matching GET /rounds/{round_id}/trainees/{trainee_id}": matching_answers.ExplainedTrainee,
    "matching POST /rounds": matching_answers.RoundProgress,
    "matching POST /rounds/{round_id}/cancellation": matching_answers.CancelledRound,
    "matching POST /repairs": matching_answers.RepairProgress,
    "matching GET /scenarios": matching_answers.Scenario,
    "matching POST /scenarios": matching_answers.RoundProgress,
    "matching GET /scenarios/comparison": matching_answers.Comparison,
    "matching GET /departures": matching_answers.Departures,
    "matching GET /pairs/{pair_id}": matching_answers.PairAnswers,
    "matching PUT /pairs/{pair_id}/lock": matching_answers.PairState,
    "matching DELETE /pairs/{pair_id}/lock": matching_answers.PairState,
    "matching POST /pairs/{pair_id}/refusal": matching_answers.PairState,
    "matching POST /pairs/{pair_id}/answer-withdrawal": matching_answers.PairState,
    "sessions GET /assessments": assessment_answers.Assessment,
    "sessions GET /assessments/{assessment_id}": assessment_answers.AssessmentVersions,
    "sessions POST /assessments": assessment_answers.AssessmentState,
    "sessions GET /assessments/due (on its own pages)": assessment_answers.DueTask,
    "sessions GET /assessments/{assessment_id}/appeal": assessment_answers.AppealsOfAssessment,
    "sessions PUT /assessments/{assessment_id}/appeal": assessment_answers.AppealStatus,
    "sessions GET /assessments/{assessment_id}/unexpected": assessment_answers.UnexpectedJudgements,
    "sessions GET /assessments/{assessment_id}/support-plan": support_plan_answers.SupportPlan,
    "sessions PUT /assessments/{assessment_id}/support-plan": support_plan_answers.SupportPlanStatus,
    "sessions GET /assessments/{assessment_id}/second-opinion": second_look_answers.OpinionsOnAssessment,
    "sessions PUT /assessments/{assessment_id}/second-opinion": second_look_answers.OpinionStatus,
    "sessions GET /moderations": second_look_answers.Sample,
    "sessions POST /moderations": second_look_answers.SampleStatus,
    "sessions PUT /moderations/{moderation_id}/assessments/{assessment_id}/moderator": (
        second_look_answers.ModerationStatus
    ),
    "sessions GET /assignments": assessment_answers.Assignment,
    "sessions GET /relationships/{relationship_id}/practice": assessment_answers.ProgrammePractice,
    "sessions GET /journal": assessment_answers.EntryForEvidence,
    "sessions GET /relationships/{relationship_id}/observations (as evidence)": assessment_answers.ObservationOfLesson,
    "sessions GET /observations/{observation_id} (on its own page)": observation_answers.ObservationWithText,
    "sessions POST /relationships/{relationship_id}/observations": observation_answers.ObservationState,
    "sessions GET /feedback/{feedback_id} (on its own page)": observation_answers.FeedbackWithText,
    "sessions POST /relationships/{relationship_id}/feedback": observation_answers.FeedbackState,
    "sessions GET /relationships/{relationship_id}/feedback": assessment_answers.FeedbackForTrainee,
}
"""By route, and in brackets by whose pages, what a page reads of its answer."""
MODULES = [
    import_module(f"{calls.__name__}.{each.name}")
    for each in iter_modules(calls.__path__)
    if each.name.endswith("answers")
]
OF_SOME = {"discussed", "reflection", "text", "hours", "mentoring"}
"""Fields that an answer has for some readers or for some kinds alone, and a page takes as None for the others."""


@cache
def schemas(service: str) -> dict[str, Any]:
    found: dict[str, Any] = document(service)["components"]["schemas"]
    return found


def each_choice(service: str, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every schema that a value may have, without references; a list is what is in it."""
    if "$ref" in schema:
        yield from each_choice(service, schemas(service)[schema["$ref"].rpartition("/")[2]])
    elif choices := schema.get("anyOf") or schema.get("oneOf"):
        for choice in choices:
            yield from each_choice(service, choice)
    elif "items" in schema:
        yield from each_choice(service, schema["items"])
    else:
        yield schema


def kinds_of(service: str, schema: dict[str, Any]) -> set[str]:
    """The kinds of values that a schema allows: the format of a text counts, its choices do not."""
    return {each.get("format") or each.get("type", "object") for each in each_choice(service, schema)} - {"null"}


def misfits(service: str, part: type[BaseModel], schema: dict[str, Any], at: str) -> Iterator[str]:
    """Yield each field of a part that no answer of the schema has, or that has another kind of value there."""
    for name, info in part.model_fields.items():
        of_answers = [
            each["properties"][name] for each in each_choice(service, schema) if name in each.get("properties", {})
        ]
        answering = [each for each in each_choice(service, schema) if "properties" in each]
        if not of_answers or (len(of_answers) < len(answering) and name not in OF_SOME):
            yield f"{at}.{name} is not there"
            continue
        inner = next((each for each in flat(info.annotation) if inspect.isclass(each) and issubclass(each, Part)), None)
        answer = {"anyOf": of_answers}
        if inner is not None:
            yield from misfits(service, inner, answer, f"{at}.{name}")
        elif not kinds_of(service, answer) <= kinds_of_part(info.annotation):
            yield f"{at}.{name} is {kinds_of(service, answer)}"


def flat(hint: Any) -> Iterator[Any]:
    """Yield a type and all types in it."""
    yield hint
    for inner in get_args(hint):
        yield from flat(inner)


def kinds_of_part(hint: Any) -> set[str]:
    schema = TypeAdapter(hint).json_schema()
    found = {each.get("format") or each.get("type", "object") for each in each_choice("sessions", schema)} - {"null"}
    return found | ({"number", "integer"} if "number" in found else set())


@pytest.mark.parametrize("route", READ)
def test_every_field_that_a_page_reads_is_in_the_services_answer(route: str) -> None:
    service, method, path = route.partition(" (")[0].split()
    responses = document(service)["paths"][path][method.lower()]["responses"]
    schema = next(responses[status] for status in ("200", "201") if status in responses)["content"]["application/json"]
    assert list(misfits(service, READ[route], schema["schema"], READ[route].__name__)) == []


def test_every_part_is_read_of_some_answer() -> None:
    reached = {each for part in READ.values() for each in parts_in(part)}
    parts = {each for module in MODULES for each in vars(module).values() if is_part(each)}
    assert parts == reached


def is_part(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, Part) and value is not Part and value.__name__[0] != "_"


def parts_in(part: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield part
    for info in part.model_fields.values():
        for each in flat(info.annotation):
            if is_part(each):
                yield from parts_in(each)


def test_a_field_that_is_not_there_is_found() -> None:
    class Wrong(Part):
        meeting_id: int
        colour: str

    schema = {"$ref": "#/components/schemas/RecordedMeeting"}
    assert list(misfits("sessions", Wrong, schema, "Wrong")) == [
        "Wrong.meeting_id is {'uuid'}",
        "Wrong.colour is not there",
    ]
