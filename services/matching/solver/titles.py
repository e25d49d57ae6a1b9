"""The title of each rule in explanations, in plain English."""

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "subject": "The subject fits",
    "phase": "The phase fits",
    "year_groups": "The year groups fit",
    "send_placement": "The provision fits",
    "route": "The offer is open to this route",
    "trainee_dates": "The trainee is there for the whole placement",
    "confirmed_offer": "The school confirmed the offer",
    "mentor_subject": "The mentor can mentor the subject",
    "mentor_phase": "The mentor can mentor the phase",
    "mentor_dates": "The mentor is there for the whole placement",
    "mentor_school": "The mentor is at the school for the whole placement",
    "mentor_ready": "The mentor is ready to mentor",
    "travel_limit": "The journey is within the limit",
    "open_school": "The school is open to the trainee",
    "own_former_school": "It is not a school that the trainee went to",
    "another_school": "It is another school than before",
    "schools_at_least": "The trainee comes to see enough schools",
    "open_pair": "Nothing bars the two from each other",
    "no_conflict": "No relation bars the two from each other",
    "travel": "Shorter journeys",
    "volunteers_first": "Volunteers first",
    "contrast": "Contrast with earlier placements",
    "strengths": "Strengths that meet needs",
    "likeness": "Likeness of situation",
    "spread": "Spread of load",
    "continuity": "The same mentor as before",
    "wishes": "Ranked wishes",
    "left_over": "Left over in an earlier round",
}
