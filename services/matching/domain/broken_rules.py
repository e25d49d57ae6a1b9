"""Hard rules that a proposal broke between the round and its confirmation, in sentences for those who answer it.

Source: product.md M1, M5: a hard rule holds when a pair is proposed and when it is confirmed. The sentences name no
person and no number, because a mentor and a trainee read them; `details` have the numbers, for the partnership lead.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from shared.kernel.decider import DomainError, Value

_ANOTHER_ROUND = "Decline the proposal, and ask for another round."
_CORRECT = f"Correct the record if it is wrong. {_ANOTHER_ROUND}"

SENTENCES: Mapping[str, tuple[str, str]] = {
    "referral": ("The trainee's referral was withdrawn.", "Refer the trainee again, or decline the proposal."),
    "trainee_record": ("There is no record of the trainee any more.", _CORRECT),
    "trainee_status": (
        "The trainee is deferred or has withdrawn.",
        "Record that the trainee is back first, or decline the proposal.",
    ),
    "over": ("The placement is over.", "Answer for a day before its end, or decline the proposal."),
    "mentor_record": ("There is no record of the mentor any more.", _CORRECT),
    "offer": ("The school withdrew its offer.", f"Ask the school to offer the place again. {_ANOTHER_ROUND}"),
    "school": ("The school has closed, or its position is not known.", _CORRECT),
    "places": ("Confirmed pairs take all places of the offer.", f"Ask the school for a place more. {_ANOTHER_ROUND}"),
    "hosting_limit": (
        "Confirmed pairs take all places of the department, school or trust at that time.",
        f"Raise the hosting limit. {_ANOTHER_ROUND}",
    ),
    "mentor_hours": (
        "The mentor has too few hours a week left.",
        f"Give the mentor more hours, or end another pair or support of theirs. {_ANOTHER_ROUND}",
    ),
    "mentee_hours": ("The other peer has too few hours a week left.", "Give them more hours, or decline the proposal."),
    "travel_limit": ("The journey is longer than the trainee can be asked to travel.", _CORRECT),
    "subject": ("The offer is not in the trainee's subject.", _CORRECT),
    "phase": ("The offer is not in the trainee's phase.", _CORRECT),
    "year_groups": ("The offer is in none of the year groups that the trainee's course is for.", _CORRECT),
    "send_placement": (
        "Either the offer or the referral is for special educational needs provision, but not both.",
        _ANOTHER_ROUND,
    ),
    "route": ("The offer is not open to the trainee's route.", _CORRECT),
    "trainee_dates": ("The trainee is not there for the whole placement.", _CORRECT),
    "confirmed_offer": ("The school has not confirmed the offer lately.", "Ask the school to confirm the offer."),
    "mentor_subject": ("The mentor does not have the subject.", _CORRECT),
    "mentor_phase": ("The mentor does not have the phase.", _CORRECT),
    "mentor_dates": ("The mentor is not there for the whole placement.", _CORRECT),
    "mentor_school": ("The mentor is not at the school for the whole placement.", _CORRECT),
    "mentor_ready": ("The mentor lacks the training or status that the programme asks for.", _CORRECT),
    "open_school": ("The school is not open to the trainee.", _ANOTHER_ROUND),
    "own_former_school": ("The trainee went to this school as a pupil.", _CORRECT),
    "another_school": ("The trainee had an earlier placement at this school.", _CORRECT),
    "schools_at_least": ("The trainee would see fewer schools than the programme asks for.", _CORRECT),
    "open_pair": ("Something recorded bars the two from each other.", _ANOTHER_ROUND),
    "no_conflict": ("A relation of the two is recorded that bars the pair.", _CORRECT),
    "request": (
        "The mentee does not request this support any more, or has somebody for it.",
        "Request it again, or decline the proposal.",
    ),
    "participation": (
        "The mentee is not in the programme at this school any more: they left, are deferred, or lost their pair.",
        "Decline the proposal, and search again.",
    ),
    "fitness": ("The mentor is not recorded any more as somebody who gives this support.", _CORRECT),
    "reach": ("The mentor is not at the school or within reach of it.", _CORRECT),
}
"""By rule: what is wrong, and what can be done."""


class BrokenRule(Value):
    """A hard rule that does not hold any more; `details` are its numbers, which only the partnership lead reads."""

    rule: str
    details: str = ""


class RuleBroken(DomainError):
    """A proposal cannot be confirmed, because a hard rule does not hold any more."""


def refusal(what: Literal["pair", "support"], broken: Sequence[BrokenRule], *, in_full: bool = False) -> RuleBroken:
    """Make the error of a proposal that breaks these rules; `in_full` adds the details of each."""
    sentences = []
    for rule in broken:
        wrong, advice = SENTENCES[rule.rule]
        sentences.append(" ".join((wrong, *([rule.details] if in_full and rule.details else []), advice)))
    return RuleBroken(
        f"This {what} cannot be confirmed any more. {' '.join(dict.fromkeys(sentences))}",
        rules=[rule.rule for rule in broken],
    )
