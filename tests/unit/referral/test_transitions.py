"""Every state by every command: what follows where it may, and the refusal everywhere else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from services.referral.domain.appetites import HOSTING, AppetiteSaid
from services.referral.domain.mentors import (
    MENTORING,
    MentorDeclared,
    NotRelated,
    RelationsRecorded,
    TrainingCorrected,
    TrainingLogged,
    TrainingRemoved,
)
from services.referral.domain.offers import OFFER, OfferConfirmed, OfferRecorded, OfferWithdrawn, Withdrawn
from services.referral.domain.people import (
    PERSON,
    BuiltOn,
    Erased,
    MentorRecorded,
    Merged,
    PeopleMerged,
    PersonEngaged,
    PersonErased,
    RecordTakenOver,
    RegistrationUndone,
)
from services.referral.domain.programmes import (
    PROGRAMME,
    AlreadyOpen,
    ProgrammeClosed,
    ProgrammeOpened,
    ProgrammeReopened,
    SettingOverridden,
)
from services.referral.domain.referrals import (
    REFERRAL,
    ConsentGiven,
    ConsentRefused,
    NeedsConsent,
    NoConsentAsked,
    NotOpen,
    ReferralAccepted,
    ReferralCountersigned,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralRehomed,
    ReferralWithdrawn,
    StepReversed,
)
from services.referral.domain.training_statuses import (
    TRAINING_STATUS,
    NotSo,
    TraineeDeferred,
    TraineeReinstated,
    TraineeReturned,
    TraineeWithdrawn,
)
from shared.kernel.decider import Command, Decider, DomainError, Event, NotFound
from tests.support.given import given
from tests.unit.referral import states as lives

pytestmark = pytest.mark.covers("R4", "R5", "R6", "R7")

Follows = tuple[type[Event], ...] | type[DomainError]
"""The events that follow, none where what is said was said before; or the refusal.

The commands are of a later day than the states: a step that was taken on another day is corrected or refused, and never
passed over.
"""
NOTHING: tuple[type[Event], ...] = ()


class Table:
    """A decider's states by its commands: what each command does in each state, and otherwise."""

    def __init__(
        self,
        decider: Decider[Any, Any, Any],
        states: Mapping[str, Sequence[Event]],
        commands: Mapping[str, Command],
        follows: Mapping[str, Mapping[str, Follows]],
    ) -> None:
        self.decider, self.states, self.commands, self.follows = decider, states, commands, follows

    def cells(self) -> Iterator[Any]:
        for state in self.states:
            for name, by_state in self.follows.items():
                expected = by_state.get(state, by_state.get("otherwise"))
                what = (self.decider, self.states[state], self.commands[name], expected)
                yield pytest.param(*what, id=f"{self.decider.category}: {name} when {state}")


REFERRALS = Table(
    REFERRAL,
    lives.REFERRALS,
    lives.REFERRAL_COMMANDS,
    {
        "refer": {"none": (ReferralMade,), "otherwise": NotOpen},
        "countersign": {
            "none": NotFound,
            "referred": (ReferralCountersigned,),
            "unsigned": (ReferralCountersigned,),
            "otherwise": NotOpen,
        },
        "give_consent": {
            "none": NotFound,
            "asks_consent": (ConsentGiven,),
            "refused": (ConsentGiven,),
            **dict.fromkeys(("referred", "unsigned", "countersigned", "acceptance_reversed"), NoConsentAsked),
            "otherwise": NotOpen,
        },
        "refuse_consent": {
            "none": NotFound,
            "asks_consent": (ConsentRefused,),
            "consented": (ConsentRefused,),
            "accepted_with_consent": (ConsentRefused, ReferralWithdrawn),
            **dict.fromkeys(
                ("referred", "unsigned", "countersigned", "accepted", "acceptance_reversed"), NoConsentAsked
            ),
            "otherwise": NotOpen,
        },
        "accept": {
            "none": NotFound,
            "asks_consent": NeedsConsent,
            "refused": NeedsConsent,
            **dict.fromkeys(("unsigned", "consented", "countersigned", "acceptance_reversed"), (ReferralAccepted,)),
            "otherwise": NotOpen,
        },
        **{
            name: {
                "none": NotFound,
                **dict.fromkeys(
                    (
                        "referred",
                        "unsigned",
                        "asks_consent",
                        "consented",
                        "refused",
                        "countersigned",
                        "acceptance_reversed",
                    ),
                    (event,),
                ),
                "otherwise": NotOpen,
            }
            for name, event in (("decline", ReferralDeclined), ("redirect", ReferralRedirected))
        },
        "withdraw": {
            "none": NotFound,
            **dict.fromkeys(("withdrawn", "declined", "redirected"), NotOpen),
            "otherwise": (ReferralWithdrawn,),
        },
        "reverse": {
            "none": NotFound,
            **dict.fromkeys(("accepted", "accepted_with_consent"), (StepReversed,)),
            "otherwise": NotOpen,
        },
        "rehome": {"none": NotFound, "otherwise": (ReferralRehomed,)},
    },
)

PEOPLE = Table(
    PERSON,
    lives.PEOPLE,
    lives.PERSON_COMMANDS,
    {
        "record": {"merged": Merged, "erased": Erased, "otherwise": (MentorRecorded,)},
        "record_the_same": {
            "unknown": (MentorRecorded,),
            "undone": (MentorRecorded,),
            "merged": Merged,
            "erased": Erased,
            "otherwise": NOTHING,
        },
        # whoever notes that something rests on a record comes late and cannot be refused
        "engage": {"recorded": (PersonEngaged,), "took_over": (PersonEngaged,), "otherwise": NOTHING},
        "merge": {"unknown": NotFound, "undone": NotFound, "erased": Erased, "otherwise": (PeopleMerged,)},
        "take_over": {
            "unknown": NotFound,
            "undone": NotFound,
            "merged": Merged,
            "erased": Erased,
            "otherwise": (RecordTakenOver,),
        },
        "undo": {
            "unknown": NotFound,
            "recorded": (RegistrationUndone,),
            "undone": NOTHING,
            "engaged": BuiltOn,
            "took_over": BuiltOn,
            "merged": Merged,
            "erased": Erased,
        },
        "erase": {"unknown": NotFound, "erased": NOTHING, "otherwise": (PersonErased,)},
    },
)

STANDINGS = Table(
    TRAINING_STATUS,
    lives.STANDINGS,
    lives.STANDING_COMMANDS,
    {
        "defer": {"withdrawn": NotSo, "otherwise": (TraineeDeferred,)},
        "return": {"deferred": (TraineeReturned,), "otherwise": NotSo},
        "withdraw": {"otherwise": (TraineeWithdrawn,)},
        "reinstate": {"withdrawn": (TraineeReinstated,), "otherwise": NotSo},
    },
)

OFFERS = Table(
    OFFER,
    lives.OFFERS,
    lives.OFFER_COMMANDS,
    {
        "record": {"none": (OfferRecorded,), "withdrawn": (OfferRecorded,), "otherwise": NOTHING},
        "record_none": {"withdrawn": NOTHING, "otherwise": (OfferRecorded,)},
        "confirm": {"none": NotFound, "withdrawn": Withdrawn, "otherwise": (OfferConfirmed,)},
        "withdraw": {"none": NotFound, "withdrawn": Withdrawn, "otherwise": (OfferWithdrawn,)},
    },
)

PROGRAMMES = Table(
    PROGRAMME,
    lives.PROGRAMMES,
    lives.PROGRAMME_COMMANDS,
    {
        "open": {"none": (ProgrammeOpened,), "otherwise": AlreadyOpen},
        "close": {"none": NotFound, "closed": NOTHING, "otherwise": (ProgrammeClosed,)},
        "reopen": {"none": NotFound, "closed": (ProgrammeReopened,), "otherwise": NOTHING},
        "override": {"none": NotFound, "otherwise": (SettingOverridden,)},
    },
)

HOSTINGS = Table(
    HOSTING,
    lives.HOSTINGS,
    lives.HOSTING_COMMANDS,
    {"say_no": {"not_open": NOTHING, "otherwise": (AppetiteSaid,)}, "say_yes": {"otherwise": (AppetiteSaid,)}},
)

MENTORINGS = Table(
    MENTORING,
    lives.MENTORINGS,
    lives.MENTORING_COMMANDS,
    {
        "declare": {"declared": NOTHING, "otherwise": (MentorDeclared,)},
        "relate": {"otherwise": (RelationsRecorded,)},
        "end_relation": {"related": (RelationsRecorded,), "otherwise": NotRelated},
        "log_training": {"trained": NOTHING, "otherwise": (TrainingLogged,)},
        "correct_training": {"trained": (TrainingCorrected,), "otherwise": NotFound},
        "remove_training": {"trained": (TrainingRemoved,), "otherwise": NotFound},
    },
)

TABLES = (REFERRALS, PEOPLE, STANDINGS, OFFERS, PROGRAMMES, HOSTINGS, MENTORINGS)


@pytest.mark.parametrize(
    ("decider", "before", "command", "follows"), [cell for table in TABLES for cell in table.cells()]
)
def test_a_command_does_in_each_state_what_it_may_and_nothing_else(
    decider: Decider[Any, Any, Any], before: Sequence[Event], command: Command, follows: Follows
) -> None:
    outcome = given(decider, *before).when(command)
    if isinstance(follows, tuple):
        assert outcome.refusal is None, outcome.refusal
        assert tuple(type(event) for event in outcome.events) == follows
    else:
        assert type(outcome.refusal) is follows, outcome.refusal or outcome.events
        assert outcome.refusal.detail.endswith(".")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.decider.category)
def test_the_table_leaves_out_no_command_and_no_event(table: Table) -> None:
    assert set(table.follows) == set(table.commands)
    reached = {type(event) for events in table.states.values() for event in events} | {
        event
        for by_state in table.follows.values()
        for follows in by_state.values()
        if isinstance(follows, tuple)
        for event in follows
    }
    assert {event for event in table.decider.events if event not in reached} <= ELSEWHERE


ELSEWHERE = {event for event in PERSON.events if event.__name__ in ("TraineeRecorded", "MenteeRecorded")}
"""What `MentorRecorded` stands for in the table."""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.decider.category)
def test_repeating_any_command_emits_no_event(table: Table) -> None:
    for before in table.states.values():
        for name, command in table.commands.items():
            done = given(table.decider, *before).when(command).events
            again = given(table.decider, *before, *done).when(command).events
            assert name == "record" or not (done and again), name  # whose record is sealed: told apart by the use case
