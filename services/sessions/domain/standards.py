"""The headings of Part One of the Teachers' Standards.

Source: Department for Education, Teachers' Standards (2011, in force since 1 September 2012).
"""

from collections.abc import Mapping

from shared.events.words import Standard

HEADINGS: Mapping[Standard, str] = {
    "TS1": "Set high expectations which inspire, motivate and challenge pupils",
    "TS2": "Promote good progress and outcomes by pupils",
    "TS3": "Demonstrate good subject and curriculum knowledge",
    "TS4": "Plan and teach well structured lessons",
    "TS5": "Adapt teaching to respond to the strengths and needs of all pupils",
    "TS6": "Make accurate and productive use of assessment",
    "TS7": "Manage behaviour effectively to ensure a good and safe learning environment",
    "TS8": "Fulfil wider professional responsibilities",
}
