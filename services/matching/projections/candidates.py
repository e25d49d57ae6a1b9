"""Candidates as read models: who waits for a round, who is proposed or placed, and why they were referred."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.matching.domain import pairs
from services.matching.domain.candidates import CandidateJoined, CandidateLeft, ReasonsKnown
from services.matching.domain.rounds import TraineeUnplaced
from shared.events.words import Priority
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A trainee in a programme: waiting, proposed or placed; while waiting, why the last round had no place.

    `standing_id` is the confirmed pair of somebody who is proposed another mentor beside it. `priority` and hours a
    week with a mentor are as they were set when the referral was accepted.
    """

    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    status: str
    since: date
    pair_id: UUID | None = None
    standing_id: UUID | None = None
    reason: str | None = None
    explanation: str | None = None
    priority: Priority | None = None
    mentor_hours_per_week: float | None = None


def _joined(row: CandidateRow | None, event: CandidateJoined) -> CandidateRow:
    if row is not None and row.status != "left":
        return replace(row, priority=event.priority, mentor_hours_per_week=event.mentor_hours_per_week)
    return row_of(CandidateRow, event, status="waiting", since=event.happened_on)


def _unplaced(row: CandidateRow, event: TraineeUnplaced) -> CandidateRow:
    return replace(row, reason=event.reason, explanation=event.explanation) if event.proposes else row


def _left(row: CandidateRow | None, event: CandidateLeft) -> CandidateRow | None:
    # there is no row of a referral that was withdrawn before it was accepted
    return row and replace(row, status="left", since=event.happened_on, reason=None, explanation=None)


def _turned(status: str) -> Callable[[CandidateRow, pairs.PairEvent], CandidateRow]:
    def fold(row: CandidateRow, event: pairs.PairEvent) -> CandidateRow:
        if row.status == "left":
            return row
        standing_id = row.pair_id if row.status == "placed" and status == "proposed" else row.standing_id
        if status == "waiting" and standing_id not in (None, event.pair_id):  # the pair beside it goes on
            return replace(row, status="placed", since=event.happened_on, pair_id=standing_id, standing_id=None)
        pair_id = None if status == "waiting" else event.pair_id
        turned = replace(row, status=status, since=event.happened_on, pair_id=pair_id, reason=None, explanation=None)
        return replace(turned, standing_id=standing_id if status == "proposed" else None)

    return fold


def _withdraw(row: CandidateRow, event: pairs.Withdrawn) -> CandidateRow:
    """Let whoever lost their pair wait again, unless a review closed the relationship: then nobody is looked for."""
    if row.pair_id not in (None, event.pair_id):  # another mentor has taken over, or is proposed
        return replace(row, standing_id=None)
    closed = event.reason == "closed_in_review"
    return _turned("left" if closed else "waiting")(row, event)


CANDIDATES = ReadModel(
    name="candidates",
    edition=2,
    row=CandidateRow,
    key=("referral_id",),
    on={
        CandidateJoined: Step(key_from("referral_id"), _joined),
        CandidateLeft: Step(key_from("referral_id"), _left),
        TraineeUnplaced: Step(key_from("referral_id"), _unplaced),
        pairs.Proposed: Step(key_from("referral_id"), _turned("proposed")),
        pairs.Declined: Step(key_from("referral_id"), _turned("waiting")),
        pairs.Lapsed: Step(key_from("referral_id"), _turned("waiting")),
        pairs.Withdrawn: Step(key_from("referral_id"), _withdraw),
        pairs.Confirmed: Step(key_from("referral_id"), _turned("placed")),
    },
    indexes=("status", "programme_id"),
)


@dataclass(frozen=True, slots=True)
class ReasonsRow:
    """The reasons for a referral, by the programme's codes, the priority that the referrer proposed, and whether it
    asks for special educational needs provision.
    """

    referral_id: UUID
    trainee_id: UUID
    reasons: tuple[str, ...]
    priority: Priority = "usual"
    send_placement: bool = False


REASONS = ReadModel(
    name="reasons",
    edition=2,
    row=ReasonsRow,
    key=("referral_id",),
    on={ReasonsKnown: Step(key_from("referral_id"), lambda _, event: row_of(ReasonsRow, event))},
)
