"""What sessions does about others' events: confirmed pairs and supports become relationships, and end when they do.

A merged record's relationships are the kept one's; of a forgotten person nothing can be read.
"""

from collections.abc import Mapping

from services.sessions.reactions.matching import (
    on_pair_confirmed,
    on_pair_withdrawn,
    on_support_confirmed,
    on_support_ended,
)
from services.sessions.reactions.referral import (
    on_people_merged,
    on_person_erased,
    on_school_closed,
    on_school_succeeded,
)
from shared.events import PublicEvent
from shared.events.matching import PairConfirmed, PairWithdrawn, SupportConfirmed, SupportEnded
from shared.events.referral import PeopleMerged, PersonErased, SchoolClosed, SchoolSucceeded
from shared.kernel.reactions import Reaction

REACTIONS: Mapping[type[PublicEvent], Reaction] = {
    PairConfirmed: on_pair_confirmed,
    PairWithdrawn: on_pair_withdrawn,
    SupportConfirmed: on_support_confirmed,
    SupportEnded: on_support_ended,
    SchoolSucceeded: on_school_succeeded,
    SchoolClosed: on_school_closed,
    PeopleMerged: on_people_merged,
    PersonErased: on_person_erased,
}
