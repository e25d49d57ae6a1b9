"""Value sets and types that several public events share."""

from collections.abc import Mapping
from typing import Literal

Phase = Literal["primary", "secondary"]
TravelMode = Literal["car", "public_transport", "bicycle", "walking"]
Purpose = Literal["induction", "progression", "challenge"]
Side = Literal["mentor", "trainee"]
AssessmentKind = Literal[
    "interim",
    "end_of_placement",
    "final",
    "ect_progress_review",
    "ect_formal_1",
    "ect_formal_2",
    "ect_interim",
]
"""The first three are of initial training, those of early career teachers' induction begin with `ect`."""
Standard = Literal["TS1", "TS2", "TS3", "TS4", "TS5", "TS6", "TS7", "TS8"]
"""Part One of the Teachers' Standards (DfE 2011)."""
Judgement = Literal["on_track", "needs_support", "not_on_track"]
"""What an interim assessment says of one standard; the Standards themselves are judged only at the end."""
AssignedRole = Literal["tutor", "assessor"]
"""What somebody is to a trainee to whom a lead assigned them: a tutor of the provider, or an assessor."""
UnplacedReason = Literal[
    "no_offer_in_subject",
    "no_offer_in_phase",
    "no_offer_for_route",
    "no_offer_in_dates",
    "offers_not_confirmed",
    "no_mentor_in_subject",
    "no_mentor_in_phase",
    "no_mentor_in_dates",
    "no_mentor_ready",
    "beyond_travel_limit",
    "schools_barred",
    "mentors_barred",
    "places_taken",
    "mentor_hours_taken",
    "places_and_mentor_hours_taken",
]
WithdrawalReason = Literal[
    "school_left",
    "offer_withdrawn",
    "mentor_left",
    "trainee_left",
    "moved_in_repair",
    "ended_by_them",
    "closed_in_review",
]
"""Why a pair was withdrawn: its school, offer, mentor or trainee left, a repair needed its place for others, one of the
two ended the mentoring, or a review closed it.
"""
EndingReason = WithdrawalReason
"""Why a relationship ended before its last day: its pair was withdrawn, the two ended it, or a review closed it."""
ReviewDecision = Literal["close", "continue", "monitor"]
"""What a review decides for a relationship; one that is monitored is reviewed again sooner."""
Occasion = Literal["baseline", "repeat", "end"]
"""When an instrument is answered: first, in between, last."""
ItemKind = Literal["journal_entry", "observation", "feedback", "measures"]
"""The kinds of items that belong to a person."""
MenteeKind = Literal["teacher", "pupil", "parent"]
"""The kinds of mentee other than trainees and mentors."""
RoleKind = Literal[
    "general_mentor",
    "lead_mentor",
    "itt_coordinator",
    "induction_tutor",
    "ect_mentor",
    "supporting_teacher",
    "buddy",
    "peer",
    "learning_mentor",
]
Facet = Literal["general", "subject", "behaviour", "pastoral", "orientation", "wellbeing", "assessment_free"]
"""The needs of a mentee for which a mentor can be asked."""
LoadKind = Literal["itt", "ect", "pupils", "peers", "other"]
"""The kinds of mentoring that count towards a mentor's load."""
Situation = Literal["career_changer", "returner", "part_time", "parent_or_carer", "trained_overseas", "new_to_the_area"]
"""Circumstances that a trainee may like to share with a mentor; nothing of health, belief or origin."""
Priority = Literal["urgent", "usual", "flexible"]
"""The class of a referral in a round: as many urgent ones as can be are placed before usual ones, and so on."""
LimitScope = Literal["department", "school", "trust"]
"""What a hosting limit counts places over: one subject at a school, a school, all schools of a trust."""
RelationKind = Literal["line_manager", "family", "close_friend", "former_school"]
"""Relations of two people; each programme decides which of them bar a pair."""
DayKind = Literal["general", "intensive"]
"""A day of general placement, or of intensive training and practice, which comes on top."""
Half = Literal["morning", "afternoon"]
DayState = Literal["planned", "returned", "logged", "confirmed", "accepted"]
"""How far half a day of a placement is: `returned` goes back to the trainee, who logs it anew or removes it."""
CalendarKind = Literal["term", "holiday", "inset"]
"""What a period of a school's year is; in an inset (in-service training) only staff are there."""
TrainingKind = Literal["initial", "refresher"]
TrainingProgramme = Literal["provider_led", "school_led"]
"""Who trains an early career teacher during induction: a provider of the department's programme, or the school."""
Standing = Literal["in_training", "deferred", "withdrawn"]
ContrastFactor = Literal[
    "phase", "size", "gender", "faith", "admissions", "free_meals", "urban_rural", "special_provision"
]
"""The factors of the school register by which two placements are compared."""
Appetite = Literal["actively_looking", "interested", "not_open"]
YearGroup = Literal[
    "nursery",
    "reception",
    "year_1",
    "year_2",
    "year_3",
    "year_4",
    "year_5",
    "year_6",
    "year_7",
    "year_8",
    "year_9",
    "year_10",
    "year_11",
    "year_12",
    "year_13",
    "mixed_year_groups",
]
KeyStage = Literal["early_years", "key_stage_1", "key_stage_2", "key_stage_3", "key_stage_4", "key_stage_5"]
KEY_STAGES: Mapping[KeyStage, tuple[YearGroup, ...]] = {
    "early_years": ("nursery", "reception"),
    "key_stage_1": ("year_1", "year_2"),
    "key_stage_2": ("year_3", "year_4", "year_5", "year_6"),
    "key_stage_3": ("year_7", "year_8", "year_9"),
    "key_stage_4": ("year_10", "year_11"),
    "key_stage_5": ("year_12", "year_13"),
}
"""The year groups of each key stage of the national curriculum in England, and of those before and after it."""
RouteKind = Literal["fee", "salaried", "apprenticeship"]
"""How a training route is paid for, which is what a school asks before it hosts."""
SupportRole = Literal["supporting", "structural", "buddy", "peer", "pupil_mentor", "school_mentor"]
"""The roles of a mentor who is not the lead mentor of a placement: for a facet, for a newcomer, as a peer; for a pupil,
or for anybody else whom a programme within a school mentors.
"""
SupportSide = Literal["mentor", "mentee"]
"""The two sides of a support; of two peers, who observe each other's teaching, each may answer for either side."""
MentoringRole = Literal["lead", "supporting", "structural", "buddy", "peer", "pupil_mentor", "school_mentor"]
"""What a mentor is to somebody in a mentoring relationship."""
