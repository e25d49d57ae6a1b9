"""A service as an older version has it: it lacks reactions, or its read models have other definitions.

python -m tests.faults.older SERVICE worker
"""

import sys
from collections.abc import Callable
from dataclasses import replace

from services.matching.reactions import REACTIONS
from shared.events.referral import MentorRecorded, OfferRecorded, ReferralAccepted, ReferralMade, SchoolRecorded
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from tests.faults.evidence import service

CAME_LATER = (MentorRecorded, OfferRecorded, ReferralAccepted, ReferralMade, SchoolRecorded)
"""Events of referral that the older matching passes over."""


def older_matching(today: Service) -> Service:
    """Without half of its reactions."""
    known = {event: reaction for event, reaction in REACTIONS.items() if event not in CAME_LATER}
    return replace(today, catalogue=catalogue_of(known), effect=react_with("matching", known))


def older_reporting(today: Service) -> Service:
    """With other indexes, and nothing that it would be without."""
    models = tuple(
        replace(model, indexes=(*model.indexes, model.key[-1]), edition=model.edition - 1)
        for model in today.read_models
    )
    return replace(today, read_models=models)


OLDER: dict[str, Callable[[Service], Service]] = {"matching": older_matching, "reporting": older_reporting}

if __name__ == "__main__":
    name = sys.argv.pop(1)
    main(OLDER[name](service(name)))
