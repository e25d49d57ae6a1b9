"""Words of the pages of files."""

KINDS = {
    "schools": "Schools",
    "school_links": "Links of schools",
    "calendars": "School calendars",
    "mentors": "Mentors",
    "teachers": "Teachers in induction",
    "trainees": "Trainees",
    "offers": "What schools can host",
    "placements": "Earlier placements",
    "referrals": "Referrals",
}
HINTS = {
    "schools": "The register's extract, edubasealldata.csv. Send it first: other files name schools by their URN.",
    "school_links": "The register's links_edubasealldata.csv, which says what has followed a closed school.",
    "calendars": "Terms, holidays and days for staff only.",
    "placements": "Where trainees were before, so that the next placement differs.",
    "referrals": "Of people who are on record.",
}
STATUSES = {
    "waiting": "checked, not recorded",
    "going_in": "being recorded",
    "confirmed": "recorded",
    "abandoned": "no longer kept, not recorded",
    "going_back": "being undone",
    "undone": "undone",
}
OF_REGISTER = ("schools", "school_links")
"""Kinds that come from somebody who does not correct them for us: their bad rows may be left out."""
OF_PEOPLE = ("mentors", "teachers", "trainees")
