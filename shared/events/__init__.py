"""The public events of all services, their envelope, and the catalogue that reads every version of them."""

from shared.events import matching, people, referral, sessions
from shared.events.catalogue import Catalogue, Undecodable
from shared.events.envelope import BrokenEnvelope, Envelope
from shared.events.published import PublicEvent

PUBLISHED: Catalogue[PublicEvent] = Catalogue(
    (
        referral.ProgrammeOpened,
        referral.ProgrammeRulesChanged,
        referral.SchoolRecorded,
        referral.SchoolClosed,
        referral.SchoolSucceeded,
        referral.SchoolRemoved,
        referral.EarlierPlacementsRecorded,
        referral.MentorRecorded,
        referral.MentorDeclared,
        referral.RelationsRecorded,
        referral.TrainingLogged,
        referral.TraineeRecorded,
        referral.TraineeStandingChanged,
        referral.MenteeRecorded,
        referral.OfferRecorded,
        referral.AppetiteSaid,
        referral.HostingLimitSet,
        referral.ReferralMade,
        referral.ReferralAccepted,
        referral.ReferralDeclined,
        referral.ReferralRedirected,
        referral.ReferralWithdrawn,
        referral.PeopleMerged,
        referral.RegistrationUndone,
        referral.PersonErased,
        people.PersonNamed,
        matching.RoundSolved,
        matching.TraineeUnplaced,
        matching.PairProposed,
        matching.PairDeclined,
        matching.PairLapsed,
        matching.PairConfirmed,
        matching.PairWithdrawn,
        matching.SupportProposed,
        matching.SupportConfirmed,
        matching.SupportDeclined,
        matching.SupportLapsed,
        matching.SupportEnded,
        sessions.RelationshipOpened,
        sessions.RelationshipAgreed,
        sessions.RelationshipRehomed,
        sessions.RelationshipMoved,
        sessions.RelationshipEnded,
        sessions.MeetingHeld,
        sessions.MeetingMissed,
        sessions.TargetSet,
        sessions.TargetReviewed,
        sessions.AssessmentSubmitted,
    ),
    {("sessions.relationship_opened", 1): sessions.hours_to_minutes},
)

__all__ = ["PUBLISHED", "BrokenEnvelope", "Catalogue", "Envelope", "PublicEvent", "Undecodable"]
