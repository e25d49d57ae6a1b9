"""Words that several public events share."""

from typing import Literal

Phase = Literal["primary", "secondary"]
TravelMode = Literal["car", "public_transport", "bicycle", "walking"]
Purpose = Literal["induction", "progression", "challenge"]
Side = Literal["mentor", "trainee"]
AssessmentKind = Literal["interim", "end_of_placement", "final"]
Standard = Literal["TS1", "TS2", "TS3", "TS4", "TS5", "TS6", "TS7", "TS8"]
"""Part One of the Teachers' Standards (DfE 2011)."""
Judgement = Literal["on_track", "needs_support", "not_on_track"]
"""What an interim assessment says of one standard; the Standards themselves are judged only at the end."""
UnplacedReason = Literal[
    "no_offer_in_subject",
    "no_offer_in_phase",
    "no_mentor_in_subject",
    "no_mentor_in_phase",
    "beyond_travel_limit",
    "mentors_barred",
    "places_taken",
    "mentor_hours_taken",
    "places_and_mentor_hours_taken",
]
