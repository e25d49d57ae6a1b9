"""The lines of targets."""

from services.sessions.domain.targets import TARGET, TargetReviewed, TargetSet
from services.sessions.story.chapters import Chapter, Line

TARGETS = Chapter(
    TARGET,
    about="target",
    id_field="target_id",
    keys="select target_id from targets where relationship_id = $1",
    lines={
        TargetSet: Line(
            lambda set_: (
                "{by} set a target, due on {due_on}."
                if set_.amended_on is None
                else "{by} amended a target, due on {due_on}."
            )
        ),
        TargetReviewed: Line(
            lambda reviewed: (
                "{by} reviewed a target: {status}."
                if reviewed.amended_on is None
                else "{by} amended the review of a target: {status}."
            )
        ),
    },
)
