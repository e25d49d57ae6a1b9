"""An assessment of a trainee: drafted, shared, commented, signed by each in the programme's order, and submitted.

Source: product.md S8; domain.md (b) Review/Assessment; statutory guidance on induction 2.55 to 2.62. What is returned
or corrected is written as a new version; the version before stays as it was. Who may assess a trainee is decided in
`trainees.py`, what a programme asks for in `assessment_rules.py`. All text is about the trainee, and sealed for them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from services.sessions.domain.assessment_rules import AssessmentRules
from services.sessions.domain.assessment_versions import (
    MISSING,
    STANDARDS,
    Assessment,
    AssessmentAcknowledged,
    AssessmentChanged,
    AssessmentNotComplete,
    AssessmentReturned,
    AssessmentShared,
    AssessmentSigned,
    AssessmentSubmitted,
    AssessmentTakenOver,
    AssessmentText,
    AssessmentWritten,
    NeverRaisedBefore,
    NotInThisState,
    NotYourSignature,
    StandardCommented,
    State,
    StillAssigned,
    Submission,
    Takeover,
    TraineeCommented,
)
from services.sessions.domain.forms import FormAnswers, fit_answer
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text, long_date
from shared.calendar import working_days_after
from shared.events.words import AssessmentKind, Standard
from shared.kernel.decider import Command, Decider, Invalid, NotFound, build_from


class WriteAssessment(Command):
    """Write an assessment, or write it anew; with a `reason`, correct what was submitted."""

    assessment_id: UUID
    relationship: Relationship
    rules: AssessmentRules
    assessor_id: UUID
    excepted: bool
    kind: AssessmentKind
    text: AssessmentText
    reason: Text | None = None


class TakeOverAssessment(Command):
    """Go on with an assessment as another assessor.

    `text` is the text of the version before, decrypted by the use case; `evidence` what of it the assessor may read;
    `assessor_goes_on` says that whoever wrote it can still do so.
    """

    relationship: Relationship
    assessor_id: UUID
    excepted: bool
    assessor_goes_on: bool
    text: str
    evidence: tuple[UUID, ...]
    observations: tuple[UUID, ...] = ()
    takeover: Takeover

    @property
    def on(self) -> date:
        """The day of the takeover."""
        return self.takeover.on


class ShareAssessment(Command):
    """Share the version; `unexpected` are the standards of which it says what was never raised before."""

    rules: AssessmentRules
    on: date
    unexpected: tuple[Standard, ...] = ()
    reasons: Mapping[Standard, Text] = {}


class CommentOnAssessment(Command):
    """Comment on the version as the trainee."""

    comment: Text | None
    on: date


class SignAssessment(Command):
    """Sign a version for one of the roles that the person has."""

    rules: AssessmentRules
    roles: frozenset[str]
    person_id: UUID
    version: int
    on: date


class SubmitAssessment(Command):
    """Submit the version that all have signed."""

    rules: AssessmentRules
    on: date


class AcknowledgeAssessment(Command):
    """Acknowledge what was submitted."""

    person_id: UUID
    on: date


class ReturnAssessment(Command):
    """Send the assessment back; `roles` are those for which the person signs, and `receives` says that it is sent to
    them.
    """

    rules: AssessmentRules
    roles: frozenset[str]
    receives: bool
    person_id: UUID
    reason: Text
    on: date


Steps = ShareAssessment | CommentOnAssessment | SubmitAssessment | AcknowledgeAssessment
Commands = WriteAssessment | TakeOverAssessment | Steps | SignAssessment | ReturnAssessment
Events = (
    AssessmentWritten
    | AssessmentTakenOver
    | AssessmentShared
    | TraineeCommented
    | AssessmentSigned
    | AssessmentSubmitted
    | StandardCommented
    | AssessmentAcknowledged
    | AssessmentReturned
)


def decide(command: Commands, assessment: Assessment | None, now: datetime) -> Sequence[Events]:
    """Take an assessment from its first draft to the end. A step that was taken already emits no event."""
    del now
    match command:
        case WriteAssessment():
            return [_write(command, assessment)]
        case _ if assessment is None:
            raise NotFound(MISSING)
        case _:
            _must_not_be_before(command.on, assessment)
    match command:
        case TakeOverAssessment():
            return _take_over(command, assessment)
        case SignAssessment():
            return _sign(command, assessment)
        case ReturnAssessment():
            return [_return(command, assessment)]
        case _:
            return _take_step(command, assessment)


def _must_not_be_before(on: date, assessment: Assessment | None) -> None:
    if assessment is not None and on < assessment.last_on:
        raise Invalid(
            f"The last step was on {long_date(assessment.last_on)}; choose that day or a later one.", pointer="/on"
        )


def _write(command: WriteAssessment, assessment: Assessment | None) -> AssessmentWritten:
    text, rules, relationship = command.text, command.rules, command.relationship
    version = _version_to_write(command, assessment)
    if version == 1:
        relationship.must_cover(text.on)
    else:
        relationship.must_be_kept()
        _must_not_be_before(text.on, assessment)
    for standard, level in text.judgements.items():
        rules.level(level, f"/judgements/{standard}")
    answers = _check_answers(rules, text.answers)
    return build_from(
        AssessmentWritten,
        text,
        happened_on=text.on,
        assessment_id=command.assessment_id,
        trainee_id=relationship.trainee_id,
        relationship_id=relationship.relationship_id,
        version_number=version,
        assessor_id=command.assessor_id,
        kind=command.kind,
        levels={standard: text.judgements[standard] for standard in STANDARDS if standard in text.judgements},
        filled=tuple(sorted(answers)),
        excepted=command.excepted,
        text=json.dumps({"comments": dict(text.comments), "answers": answers}, ensure_ascii=False, sort_keys=True),
        reason=command.reason,
    )


def _take_over(command: TakeOverAssessment, assessment: Assessment) -> Sequence[AssessmentTakenOver]:
    command.relationship.must_be_kept()
    if command.assessor_id == assessment.assessor_id:
        return []
    if command.assessor_goes_on:
        raise StillAssigned("Its assessor is still assigned to the trainee, and goes on with this assessment.")
    if assessment.state not in ("drafting", "shared", "commented", "returned"):
        raise NotInThisState(
            f"This assessment is {assessment.state}. It is taken over before anybody signs, or once it is returned."
        )
    return [
        AssessmentTakenOver.model_validate(
            {
                **_names(assessment, command.on),
                "version_number": assessment.version + 1,
                "relationship_id": assessment.relationship_id,
                "assessor_id": command.assessor_id,
                "kind": assessment.kind,
                "levels": dict(assessment.levels),
                "evidence": command.evidence,
                "observations": command.observations,
                "observed_on": (),
                "filled": tuple(sorted(assessment.filled)),
                "excepted": command.excepted,
                "text": command.text,
                "taken_over_because": command.takeover.reason,
            }
        )
    ]


def _version_to_write(command: WriteAssessment, assessment: Assessment | None) -> int:
    if assessment is None:
        return 1
    match assessment.state, command.reason:
        case "drafting" | "shared" | "commented", None:
            return assessment.version
        case "returned", None:
            return assessment.version + 1
        case "submitted" | "acknowledged", str():
            return assessment.version + 1
        case "submitted" | "acknowledged", None:
            raise NotInThisState("This assessment is submitted. Correct it: that makes a new version, with a reason.")
        case "signing" | "signed", _:
            raise NotInThisState("This version is signed. Ask whoever signs next to return it to you first.")
        case _:
            raise NotInThisState("This assessment is not submitted yet, so change it without a reason.")


def _check_answers(rules: AssessmentRules, answers: FormAnswers) -> dict[str, str | float]:
    fields = {} if rules.form is None else {each.id: each for each in rules.form.fields}
    checked: dict[str, str | float] = {}
    for field_id, answer in answers.items():
        pointer = f"/answers/{field_id}"
        if field_id not in fields:
            has = f"it has {', '.join(fields)}" if fields else "leave the answers out"
            raise Invalid(f"The form has no such field; {has}.", pointer=pointer)
        if answer is not None:
            checked[field_id] = fit_answer(fields[field_id], answer, pointer)
    return checked


def _take_step(command: Steps, assessment: Assessment) -> Sequence[Events]:
    names = _names(assessment, command.on)
    match command, assessment.state:
        case ShareAssessment(rules=rules), "drafting":
            _must_be_complete(rules, assessment)
            return [AssessmentShared.model_validate({**names, **_explain(command)})]
        case ShareAssessment(), "shared" | "commented":
            return []
        case CommentOnAssessment(comment=comment), "shared" | "commented":
            return [TraineeCommented.model_validate({**names, "comment": comment})]
        case SubmitAssessment(rules=rules), "signed":
            details = {
                "relationship_id": assessment.relationship_id,
                "assessor_id": assessment.assessor_id,
                "kind": assessment.kind,
                "evidence": assessment.evidence,
                "levels": dict(assessment.levels),
                "judgements": dict(rules.judge(assessment.levels)),
            }
            return [AssessmentSubmitted.model_validate({**names, **details})]
        case SubmitAssessment(), "submitted":
            return []
        case AcknowledgeAssessment(person_id=person_id), "submitted":
            return [AssessmentAcknowledged.model_validate({**names, "person_id": person_id})]
        case AcknowledgeAssessment(), "acknowledged":
            return []
        case _, state:
            raise NotInThisState(_TOO_EARLY_OR_LATE[type(command)].format(state=state))


def _explain(command: ShareAssessment) -> dict[str, object]:
    """Return what an event says of unexpected judgements.

    Raises `NeverRaisedBefore` for those without a reason, `Invalid` for a reason that nobody asks for.
    """
    if missing := [standard for standard in command.unexpected if standard not in command.reasons]:
        raise NeverRaisedBefore(
            f"These were never raised with the trainee before: {', '.join(missing)}. Say for each why it comes up only "
            "now, and share it again.",
            pointer="/reasons",
        )
    if needless := [standard for standard in command.reasons if standard not in command.unexpected]:
        raise Invalid(
            "This was raised before, or raises no concern; leave the reason out.", pointer=f"/reasons/{needless[0]}"
        )
    if not command.unexpected:
        return {}
    reasons = json.dumps(dict(command.reasons), ensure_ascii=False, sort_keys=True)
    return {"unexpected": command.unexpected, "reasons": reasons}


_TOO_EARLY_OR_LATE: Mapping[type, str] = {
    ShareAssessment: "This assessment is {state}. Only a draft is shared.",
    CommentOnAssessment: "This assessment is {state}. It is commented on once it is shared, and before it is signed.",
    SubmitAssessment: "This assessment is {state}. It is submitted once all have signed it.",
    AcknowledgeAssessment: "This assessment is {state}. It is acknowledged once it is submitted.",
}


def _must_be_complete(rules: AssessmentRules, assessment: Assessment) -> None:
    if missing := [standard for standard in STANDARDS if standard not in assessment.levels]:
        raise AssessmentNotComplete(
            f"Judge every standard; these have no judgement yet: {', '.join(missing)}.", pointer="/judgements"
        )
    fields = () if rules.form is None else rules.form.fields
    empty = [each for each in fields if not each.optional and each.id not in assessment.filled]
    if empty := [each for each in empty if each.kind != "signature"]:
        raise AssessmentNotComplete(
            f"Fill in first: {', '.join(each.text for each in empty)}.", pointer=f"/answers/{empty[0].id}"
        )


def _sign(command: SignAssessment, assessment: Assessment) -> Sequence[AssessmentSigned]:
    if command.version != assessment.version:
        raise AssessmentChanged(
            f"Version {assessment.version} is the last one. Read it again, then sign that one.", pointer="/version"
        )
    if any(person_id == command.person_id for _, person_id in assessment.signed_by):
        if command.roles <= {*assessment.roles_signed}:
            return []
        raise NotYourSignature("You have signed this already; another person signs for each role.")
    if assessment.state not in ("shared", "commented", "signing"):
        raise NotInThisState(f"This assessment is {assessment.state}. It is signed once it is shared.")
    _must_have_had_time(command, assessment)
    signer = command.rules.next_signer(assessment.roles_signed)
    if signer is None or signer.role not in command.roles:
        first = "Nobody" if signer is None else signer.title
        raise NotYourSignature(f"In this programme the roles sign in order. Next signs: {first}.")
    signed = (*assessment.roles_signed, signer.role)
    return [
        AssessmentSigned.model_validate(
            {
                **_names(assessment, command.on),
                "role": signer.role,
                "person_id": command.person_id,
                "complete": command.rules.next_signer(signed) is None,
            }
        )
    ]


def _must_have_had_time(command: SignAssessment, assessment: Assessment) -> None:
    """Raise `NotInThisState` while the trainee may still comment on what was shared, and has not."""
    if assessment.state == "shared" and assessment.shared_on is not None:
        last = working_days_after(assessment.shared_on, command.rules.plan.comment_within)
        if command.on <= last:
            raise NotInThisState(
                f"The trainee can comment until {long_date(last)}. It is signed once they have, or after that day.",
                pointer="/on",
            )


def _return(command: ReturnAssessment, assessment: Assessment) -> AssessmentReturned:
    signer = command.rules.next_signer(assessment.roles_signed)
    match assessment.state:
        case "shared" | "commented" | "signing" if signer is not None and signer.role in command.roles:
            pass
        case "signed" | "submitted" if command.receives:
            pass
        case "shared" | "commented" | "signing":
            raise NotYourSignature("Whoever signs next can return it. Wait for your turn.")
        case state:
            raise NotInThisState(f"This assessment is {state}, so that you cannot return it now.")
    return AssessmentReturned.model_validate(
        {**_names(assessment, command.on), "person_id": command.person_id, "reason": command.reason}
    )


def _names(assessment: Assessment, on: date) -> dict[str, object]:
    return {
        "happened_on": on,
        "assessment_id": assessment.assessment_id,
        "trainee_id": assessment.trainee_id,
        "version_number": assessment.version,
    }


def evolve(assessment: Assessment | None, event: Events) -> Assessment | None:
    """Apply an event to the assessment."""
    match event:
        case AssessmentWritten():
            return replace(_as_written(event), submissions=assessment.submissions if assessment else {})
        case AssessmentSubmitted() if assessment is None:
            return _submit(_as_of_before(event), event)
        case _ if assessment is None:
            return None
        case AssessmentShared():
            return replace(assessment, state="shared", shared_on=event.happened_on, last_on=event.happened_on)
        case TraineeCommented():
            return replace(assessment, state="commented", last_on=event.happened_on)
        case AssessmentSigned():
            signed_by = (*assessment.signed_by, (event.role, event.person_id))
            state: State = "signed" if event.complete else "signing"
            return replace(assessment, state=state, signed_by=signed_by, last_on=event.happened_on)
        case AssessmentSubmitted():
            return _submit(assessment, event)
        case StandardCommented():
            return assessment
        case AssessmentAcknowledged():
            return replace(assessment, state="acknowledged", last_on=event.happened_on)
        case AssessmentReturned():
            kept = {number: each for number, each in assessment.submissions.items() if number != event.version_number}
            return replace(assessment, state="returned", last_on=event.happened_on, submissions=kept)


def _submit(assessment: Assessment, event: AssessmentSubmitted) -> Assessment:
    submission = Submission(
        assessment_id=event.assessment_id,
        trainee_id=event.trainee_id,
        version=event.version_number,
        submitted_on=event.happened_on,
        assessor_id=event.assessor_id,
        signed_by=frozenset(person_id for _, person_id in assessment.signed_by),
        levels=assessment.levels,
    )
    submissions = {**assessment.submissions, submission.version: submission}
    return replace(assessment, state="submitted", last_on=event.happened_on, submissions=submissions)


def _as_written(event: AssessmentWritten) -> Assessment:
    return Assessment(
        assessment_id=event.assessment_id,
        relationship_id=event.relationship_id,
        trainee_id=event.trainee_id,
        assessor_id=event.assessor_id,
        kind=event.kind,
        state="drafting",
        last_on=event.happened_on,
        version=event.version_number,
        levels=event.levels,
        filled=frozenset(event.filled),
        evidence=event.evidence,
        observations=event.observations,
        text=event.text,
    )


def _as_of_before(event: AssessmentSubmitted) -> Assessment:
    """An assessment that was submitted at once, before there were drafts."""
    return Assessment(
        assessment_id=event.assessment_id,
        relationship_id=event.relationship_id,
        trainee_id=event.trainee_id,
        assessor_id=event.assessor_id,
        kind=event.kind,
        state="submitted",
        last_on=event.happened_on,
        levels=dict(event.judgements),
        evidence=event.evidence,
    )


ASSESSMENT: Decider[Assessment | None, Commands, Events] = Decider(
    "assessment",
    lambda: None,
    decide,
    evolve,
    (
        AssessmentWritten,
        AssessmentTakenOver,
        AssessmentShared,
        TraineeCommented,
        AssessmentSigned,
        AssessmentSubmitted,
        StandardCommented,
        AssessmentAcknowledged,
        AssessmentReturned,
    ),
)
