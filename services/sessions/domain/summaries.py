"""What leaves a pair: a summary that both have signed, and the codes of needs that others may share.

Source: product.md S15; Berry ("only an agreed summary" goes to the coordinator of a peer review). It is written and
signed as an agreement is. Once both have signed, those whom the programme names read it, and the two see who has;
either of the two takes it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.sessions.domain.access import Reads, TextRead, read_on_day, reads_after
from services.sessions.domain.agreements import (
    Agreement,
    AgreementSignature,
    AgreementSigned,
    AgreementWritten,
    draft_fields,
    signature_fields,
)
from services.sessions.domain.agreements import evolve as evolve_draft
from services.sessions.domain.forms import FormAnswers
from services.sessions.domain.programmes import Programme
from services.sessions.domain.relationships import Relationship
from shared.events.practices import Step
from shared.events.words import Side
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, Event, Invalid, NotFound, Value

MISSING = "There is no such summary."
NeedCode = Annotated[str, Field(min_length=1, max_length=50)]
"""The code of a need, of those that the programme offers."""


class SummaryText(Value):
    """All answers that somebody gives to the form of the summary, and the needs that others may share."""

    on: StepDay
    answers: FormAnswers
    needs: Annotated[tuple[NeedCode, ...], Field(max_length=5)] = ()


class SummaryStep(Value):
    """The day on which one of the two takes the summary back."""

    on: StepDay


class SummaryWritten(AgreementWritten):
    """One of the two wrote a draft of the summary, with the codes of needs."""

    type: ClassVar[str] = "sessions.summary_written"

    needs: tuple[str, ...] = ()


class SummarySigned(AgreementSigned):
    """One of the two signed the draft."""

    type: ClassVar[str] = "sessions.summary_signed"


class SummaryTakenBack(Event):
    """One of the two took back what both had signed: nobody else reads it any more."""

    type: ClassVar[str] = "sessions.summary_taken_back"

    relationship_id: UUID
    version_number: int
    by: Side


class SummaryRead(TextRead):
    """Somebody other than the two read the summary, for the first time on this day."""

    type: ClassVar[str] = "sessions.summary_read"

    relationship_id: UUID


class WriteSummary(Command):
    """Write a draft."""

    relationship: Relationship
    programme: Programme
    by: Side
    text: SummaryText


class SignSummary(Command):
    """Sign the last draft."""

    relationship: Relationship
    programme: Programme
    by: Side
    signature: AgreementSignature


class TakeSummaryBack(Command):
    """Take back what both have signed."""

    relationship: Relationship
    by: Side
    on: date


class ReadSummary(Command):
    """Read what both have signed; `reader_id` is None for one of the two."""

    relationship: Relationship
    reader_id: UUID | None
    on: date


Commands = WriteSummary | SignSummary | TakeSummaryBack | ReadSummary
Events = SummaryWritten | SummarySigned | SummaryTakenBack | SummaryRead


@dataclass(frozen=True, slots=True)
class Words:
    """What a draft says: the needs, and the answers, encrypted for those whose they are."""

    on: date
    filled: tuple[str, ...]
    needs: tuple[str, ...]
    for_mentor: str
    for_trainee: str
    mentors: str | None
    trainees: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The last draft and what it says, what the draft says that is in force, and who read that on which day."""

    draft: Agreement = field(default_factory=Agreement)
    words: Words | None = None
    agreed: Words | None = None
    reads: Reads = frozenset()

    @property
    def needs(self) -> tuple[str, ...]:
        """The needs of the last draft."""
        return self.words.needs if self.words else ()

    @property
    def agreed_needs(self) -> tuple[str, ...]:
        """The needs on which both agree."""
        return self.agreed.needs if self.agreed else ()


def summary_step(programme: Programme) -> Step:
    """Return the programme's step of a summary; raises `NotFound` where it has none."""
    step = programme.step("summary")
    if step is None:
        raise NotFound("In this programme no summary leaves the pair.")
    return step


def decide(command: Commands, summary: Summary, now: datetime) -> Sequence[Events]:
    """Write, sign and take back a summary; record who reads it. A signature is given once."""
    del now
    relationship = command.relationship
    names = {"relationship_id": relationship.relationship_id}
    match command:
        case WriteSummary(by=by, text=text, programme=programme):
            relationship.must_be_kept()
            relationship.must_be_confidential("/answers")
            step = summary_step(programme)
            needs = _checked(programme, text.needs)
            fields = draft_fields(relationship, programme, step, by, text.answers, summary.draft)
            return [SummaryWritten.model_validate({"happened_on": text.on, **fields, "needs": needs})]
        case SignSummary(by=by, signature=signature, programme=programme):
            relationship.must_be_kept()
            step = summary_step(programme)
            signed = signature_fields(relationship, programme, step, by, signature.draft, summary.draft)
            return [] if signed is None else [SummarySigned.model_validate({"happened_on": signature.on, **signed})]
        case TakeSummaryBack(by=by, on=on):
            version = {"version_number": summary.draft.version + 1}
            taken_back = SummaryTakenBack.model_validate({"happened_on": on, **names, **version, "by": by})
            return [taken_back] if summary.agreed else []
        case ReadSummary(reader_id=reader_id, on=on):
            if summary.agreed is None:
                raise NotFound(MISSING)
            return read_on_day(SummaryRead, reader_id, on, summary.reads, names)


def _checked(programme: Programme, needs: Sequence[str]) -> tuple[str, ...]:
    """Return the needs in the order of the programme, each once; raises `Invalid` for one that it does not offer."""
    rules = programme.practice.needs
    codes = [choice.code for choice in rules.choices] if rules else []
    for nth, need in enumerate(needs):
        if need not in codes:
            choice = f"Choose of: {', '.join(codes)}." if codes else "This programme has none: leave needs out."
            raise Invalid(choice, pointer=f"/needs/{nth}")
    return tuple(code for code in codes if code in needs)


def evolve(summary: Summary, event: Events) -> Summary:
    """Apply an event to the summary."""
    match event:
        case SummaryWritten():
            return replace(summary, draft=evolve_draft(summary.draft, event), words=_words(summary.words, event))
        case SummarySigned():
            draft = evolve_draft(summary.draft, event)
            if draft.in_force != event.draft or summary.words is None:
                return replace(summary, draft=draft)
            return replace(summary, draft=draft, agreed=replace(summary.words, on=event.happened_on))
        case SummaryTakenBack():
            # the signatures are gone too, so that it takes both to let it leave again
            draft = replace(summary.draft, version=event.version_number, in_force=None, signed_by=())
            return replace(summary, draft=draft, agreed=None)
        case SummaryRead():
            return replace(summary, reads=reads_after(summary.reads, event))


def _words(before: Words | None, event: SummaryWritten) -> Words:
    is_mentors = event.by == "mentor"
    return Words(
        on=event.happened_on,
        filled=event.filled,
        needs=event.needs,
        for_mentor=event.for_mentor,
        for_trainee=event.for_trainee,
        mentors=event.own if is_mentors else (before.mentors if before else None),
        trainees=(before.trainees if before else None) if is_mentors else event.own,
    )


SUMMARY: Decider[Summary, Commands, Events] = Decider(
    "summary", Summary, decide, evolve, (SummaryWritten, SummarySigned, SummaryTakenBack, SummaryRead)
)
