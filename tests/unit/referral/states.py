"""Every aggregate of referral in each of its states, and every command that can be asked of it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import appetites as hosting
from services.referral.domain import mentors as mentoring
from services.referral.domain import offers as offer
from services.referral.domain import people as person
from services.referral.domain import programmes as programme
from services.referral.domain import referrals as referral
from services.referral.domain import training_statuses as standing
from services.referral.domain.profiles import Identity, MentorProfile
from services.referral.programmes import templates

MAY, JUNE, JULY = date(2026, 5, 4), date(2026, 6, 1), date(2026, 7, 6)
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in (1, 2, 3, 4))

REFERRED: dict[str, Any] = {"referral_id": ONE, "programme_id": TWO, "trainee_id": THREE, "by": "referrer"}
STEP: dict[str, Any] = {"by": "someone", "on": JULY}
TAKEN: dict[str, Any] = REFERRED | {"happened_on": JUNE}


def referral_made(**other: Any) -> referral.ReferralMade:
    return referral.ReferralMade(
        **({"purpose": "challenge", "reasons": ("attendance",), "happened_on": MAY} | REFERRED | other)
    )


COUNTERSIGNED = referral.ReferralCountersigned(**TAKEN)
ACCEPTED = referral.ReferralAccepted(**TAKEN)
ELSEWHERE: dict[str, Any] = {"to_programme_id": None, "to_referral_id": None, "to_role": "senco", "reason": "words"}

REFERRALS: dict[str, tuple[referral.Events, ...]] = {
    "none": (),
    "referred": (referral_made(),),
    "unsigned": (referral_made(countersignature=False),),
    "asks_consent": (referral_made(consent="parent"), COUNTERSIGNED),
    "consented": (referral_made(consent="parent"), COUNTERSIGNED, referral.ConsentGiven(consent="parent", **TAKEN)),
    "refused": (referral_made(consent="parent"), COUNTERSIGNED, referral.ConsentRefused(consent="parent", **TAKEN)),
    "countersigned": (referral_made(), COUNTERSIGNED),
    "accepted": (referral_made(), COUNTERSIGNED, ACCEPTED),
    "accepted_with_consent": (
        referral_made(consent="parent"),
        COUNTERSIGNED,
        referral.ConsentGiven(consent="parent", **TAKEN),
        ACCEPTED,
    ),
    "declined": (referral_made(), referral.ReferralDeclined(reason="words", **TAKEN)),
    "redirected": (referral_made(), referral.ReferralRedirected(**ELSEWHERE, **TAKEN)),
    "withdrawn": (referral_made(), referral.ReferralWithdrawn(**TAKEN)),
    "acceptance_reversed": (
        referral_made(),
        COUNTERSIGNED,
        ACCEPTED,
        referral.StepReversed(
            **TAKEN,
            step="acceptance",
            reason="words",
            status="countersigned",
            changed_on=JUNE,
            consented=None,
            priority="usual",
            mentor_hours_per_week=None,
        ),
    ),
}
REFERRAL_COMMANDS: dict[str, referral.Commands] = {
    "refer": referral.Refer(
        **REFERRED | {"purpose": "challenge", "reasons": ("attendance",), "note": None, "on": JULY}
    ),
    "countersign": referral.Countersign(**STEP),
    "give_consent": referral.GiveConsent(**STEP),
    "refuse_consent": referral.RefuseConsent(**STEP),
    "accept": referral.Accept(**STEP),
    "decline": referral.Decline(reason="words", **STEP),
    "redirect": referral.Redirect(**ELSEWHERE, **STEP),
    "withdraw": referral.Withdraw(reason=None, **STEP),
    "reverse": referral.ReverseStep(step="acceptance", reason="words", **STEP),
    "rehome": referral.Rehome(trainee_id=FOUR, **STEP),
}

IDENTITY = Identity(reference="s1", given_name="s2", family_name="s3", email="s4")
MENTOR = MentorProfile(
    school_urn="990001", subjects=("physics",), phases=("secondary",), capacity_hours=3, role="volunteer"
)
RECORDED = person.MentorRecorded(happened_on=MAY, person_id=ONE, profile=MENTOR, **IDENTITY.model_dump())
PEOPLE: dict[str, tuple[person.Events, ...]] = {
    "unknown": (),
    "recorded": (RECORDED,),
    "engaged": (RECORDED, person.PersonEngaged(happened_on=JUNE, person_id=ONE, by="referral")),
    "took_over": (RECORDED, person.RecordTakenOver(happened_on=JUNE, person_id=ONE, taken_over=THREE, by="lead")),
    "merged": (RECORDED, person.PeopleMerged(happened_on=JUNE, person_id=ONE, into=TWO, kind="mentor", by="lead")),
    "undone": (RECORDED, person.RegistrationUndone(happened_on=JUNE, person_id=ONE, by="lead")),
    "erased": (RECORDED, person.PersonErased(happened_on=JUNE, person_id=ONE)),
}
PERSON_COMMANDS: dict[str, person.Commands] = {
    "record": person.RecordPerson(person_id=ONE, identity=IDENTITY, on_record=None, profile=MENTOR, on=JULY),
    "record_the_same": person.RecordPerson(
        person_id=ONE, identity=IDENTITY, on_record=IDENTITY, profile=MENTOR, on=JULY
    ),
    "engage": person.Engage(by="referral", on=JULY),
    "merge": person.Merge(into=FOUR, by="lead", on=JULY),
    "take_over": person.TakeOver(taken_over=FOUR, by="lead", on=JULY),
    "undo": person.UndoRegistration(by="lead", on=JULY),
    "erase": person.Erase(on=JULY),
}

_STOOD: dict[str, Any] = {"person_id": ONE, "by": "lead", "happened_on": JUNE}
_STAND: dict[str, Any] = {"person_id": ONE, "by": "lead", "on": JULY}
_LEFT: dict[str, Any] = {"trigger": "trainee", "future_interest": "yes"}
STANDINGS: dict[str, tuple[standing.Events, ...]] = {
    "in_training": (),
    "deferred": (standing.TraineeDeferred(**_STOOD),),
    "returned": (standing.TraineeDeferred(**_STOOD), standing.TraineeReturned(**_STOOD)),
    "withdrawn": (standing.TraineeWithdrawn(reasons="sealed", **_LEFT, **_STOOD),),
    "reinstated": (
        standing.TraineeWithdrawn(reasons="sealed", **_LEFT, **_STOOD),
        standing.TraineeReinstated(**_STOOD),
    ),
}
STANDING_COMMANDS: dict[str, standing.Commands] = {
    "defer": standing.Defer(**_STAND),
    "return": standing.Return(**_STAND),
    "withdraw": standing.Withdraw(reasons=("trainee_workload_issues",), **_LEFT, **_STAND),
    "reinstate": standing.Reinstate(**_STAND),
}

_TERMS: dict[str, Any] = {
    "offer_id": ONE,
    "school_urn": "990001",
    "subject": "physics",
    "phase": "secondary",
    "starts_on": date(2027, 1, 11),
    "ends_on": date(2027, 3, 26),
}
_OFFERED: dict[str, Any] = _TERMS | {"academic_year": "2026/27", "happened_on": JUNE}
OFFERS: dict[str, tuple[offer.Events, ...]] = {
    "none": (),
    "offered": (offer.OfferRecorded(places=2, **_OFFERED),),
    "confirmed": (offer.OfferRecorded(places=2, **_OFFERED), offer.OfferConfirmed(places=2, **_OFFERED)),
    "withdrawn": (offer.OfferRecorded(places=2, **_OFFERED), offer.OfferWithdrawn(places=0, **_OFFERED)),
}
OFFER_COMMANDS: dict[str, offer.Commands] = {
    "record": offer.RecordOffer(places=2, on=JULY, **_TERMS),
    "record_none": offer.RecordOffer(places=0, on=JULY, **_TERMS),
    "confirm": offer.Confirm(on=JULY),
    "withdraw": offer.Withdraw(on=JULY),
}

SETTINGS = templates()["ite-placement"].model_dump(mode="json")
_PROGRAMME: dict[str, Any] = {
    "programme_id": ONE,
    "template": "ite-placement",
    "title": "Placements",
    "academic_year": "2026/27",
    "starts_on": date(2026, 9, 1),
    "ends_on": date(2027, 7, 31),
    "settings": SETTINGS,
}
OPENED = programme.ProgrammeOpened(happened_on=JUNE, **_PROGRAMME)
CLOSED = programme.ProgrammeClosed(happened_on=JUNE, programme_id=ONE, by="lead")
PROGRAMMES: dict[str, tuple[programme.Events, ...]] = {"none": (), "open": (OPENED,), "closed": (OPENED, CLOSED)}


def override(setting: str, value: Any, first: date, last: date | None = None) -> programme.OverrideSetting:
    told = programme.Override(setting=setting, value=value, effective_from=first, effective_to=last)
    return programme.OverrideSetting(override=told, by="lead", on=JULY)


PROGRAMME_COMMANDS: dict[str, programme.Commands] = {
    "close": programme.Close(by="lead", on=JULY),
    "reopen": programme.Reopen(by="lead", on=JULY),
    "open": programme.Open(on=JULY, **_PROGRAMME),
    "override": override("mentoring.hours_per_trainee_week", 2, date(2027, 1, 1)),
}

SAID: dict[str, Any] = {
    "school_urn": "990001",
    "academic_year": "2026/27",
    "appetite": "not_open",
    "reasons_not_hosting": ("no_mentor_capacity",),
    "by": "head",
}
HOSTINGS: dict[str, tuple[hosting.AppetiteSaid, ...]] = {
    "nothing_said": (),
    "not_open": (hosting.AppetiteSaid(happened_on=JULY, **SAID),),
}
HOSTING_COMMANDS: dict[str, hosting.DeclareAppetite] = {
    "say_no": hosting.DeclareAppetite(on=JULY, **SAID),
    "say_yes": hosting.DeclareAppetite(on=JULY, **SAID | {"appetite": "interested", "reasons_not_hosting": ()}),
}

TERMS = mentoring.Terms(role_kinds=("general_mentor",), facets=("subject",), load={"ect": 1.5})
_OF: dict[str, Any] = {"person_id": ONE, "by": "mentor"}
RELATED = mentoring.Relation(other_id=TWO, kind="line_manager", since=JUNE)
TRAINED = mentoring.Training(
    training_id=FOUR,
    provider="1AB",
    academic_year="2025/26",
    kind="initial",
    hours=4,
    claimable=None,
    edition=None,
    on=JULY,
)
MENTORINGS: dict[str, tuple[mentoring.Events, ...]] = {
    "nothing_said": (),
    "declared": (mentoring.MentorDeclared(happened_on=JUNE, terms=TERMS, **_OF),),
    "related": (mentoring.RelationsRecorded(happened_on=JUNE, relations=(RELATED,), **_OF),),
    "trained": (mentoring.TrainingLogged(happened_on=JUNE, training=TRAINED, **_OF),),
}
MENTORING_COMMANDS: dict[str, mentoring.Commands] = {
    "declare": mentoring.Declare(on=JULY, terms=TERMS, **_OF),
    "relate": mentoring.Relate(on=JULY, other_id=TWO, kind="line_manager", **_OF),
    "end_relation": mentoring.EndRelation(on=JULY, other_id=TWO, kind="line_manager", **_OF),
    "log_training": mentoring.LogTraining(on=JULY, training_id=FOUR, provider="1AB", hours=4, allowances={}, **_OF),
    "correct_training": mentoring.CorrectTraining(
        on=JULY, training_id=FOUR, provider="1AB", hours=2, allowances={}, corrected_on=JULY, **_OF
    ),
    "remove_training": mentoring.RemoveTraining(on=JULY, training_id=FOUR, **_OF),
}
