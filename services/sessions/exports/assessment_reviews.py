"""Write how others looked at an assessment in its document: moderation, appeal, second opinion."""

from collections.abc import Iterator, Mapping

from services.sessions.domain.appeals import AppealState
from services.sessions.domain.assessment_versions import STANDARDS
from services.sessions.domain.moderations import ModerationState
from services.sessions.domain.standards import HEADINGS
from services.sessions.domain.texts import long_date
from services.sessions.queries.assessment_papers import AssessmentPaper
from services.sessions.queries.second_opinions import OpinionStepTaken
from shared.documents.blocks import Block, Heading, Paragraph, Quote, Table

_MODERATED: Mapping[ModerationState, str] = {
    "drawn": "No moderator is named yet",
    "named": "Not decided yet",
    "agreed": "The moderator agreed",
    "sent_back": "The moderator sent it back",
}
_APPEALED: Mapping[AppealState, str] = {
    "made": "Appeal made",
    "withdrawn": "Appeal withdrawn",
    "dismissed": "Appeal dismissed",
    "upheld": "Appeal upheld",
}
_ASKED = {"asked": "Asked for", "withdrawn": "Request withdrawn", "written": "Written"}


def moderation(paper: AssessmentPaper) -> Iterator[Block]:
    """Yield how the moderations of the version stand, as far as the reader may know of them."""
    if paper.moderations:
        yield Heading("Moderation")
    for each in paper.moderations:
        decided = "" if each.decided_on is None else f" on {long_date(each.decided_on)}"
        yield Paragraph(f"Drawn in a sample on {long_date(each.drawn_on)}. Moderator: {each.moderator_id}.")
        yield from _with_reason(f"{_MODERATED[each.state]}{decided}", each.reason)


def appeal(paper: AssessmentPaper) -> Iterator[Block]:
    """Yield until when there can be an appeal, and each step of the one there is."""
    found = paper.appeal
    if found is None or (found.until is None and not found.steps):
        return
    yield Heading("Appeal")
    if found.until is not None:
        none = "" if found.steps else "There is none. "
        yield Paragraph(f"{none}The last day for it: {long_date(found.until)}.")
    for step in found.steps:
        taken_back = "Decision taken back" if step.reversal else _APPEALED[step.state]
        yield from _with_reason(f"{taken_back} on {long_date(step.on)} by {step.person_id}", step.reason)
    if found.corrected_in is not None:
        yield Paragraph(f"Version {found.corrected_in} was begun after it.")


def second_opinion(paper: AssessmentPaper) -> Iterator[Block]:
    """Yield the second opinion on the version, with what led to it."""
    if paper.opinion is None:
        return
    yield Heading("Second opinion")
    for step in paper.opinion.steps:
        yield from _with_reason(f"{_ASKED[step.state]} on {long_date(step.on)} by {step.person_id}", step.reason)
        yield from _opinion(step, {level.id: level.text for level in paper.rules.plan.scale})


def _with_reason(sentence: str, reason: str | None) -> Iterator[Block]:
    yield Quote(reason, introduction=f"{sentence}, because:") if reason else Paragraph(f"{sentence}.")


def _opinion(step: OpinionStepTaken, texts: Mapping[str, str]) -> Iterator[Block]:
    if step.judgements:
        rows = [
            [standard, HEADINGS[standard], texts.get(step.judgements[standard], step.judgements[standard])]
            for standard in STANDARDS
            if standard in step.judgements
        ]
        yield Table(("standard", "heading", "judgement"), rows, (0.6, 4.4, 1.4), (False,) * 3)
    if step.summary:
        yield Quote(step.summary)
    for standard in STANDARDS:
        if standard in step.comments:
            yield Heading(f"{standard}, in the second opinion", level=2)
            yield Quote(step.comments[standard])
