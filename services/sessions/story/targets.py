"""The lines of targets, with their progress, and of those with whom they are shared."""

from services.sessions.domain.target_progress import ProgressNoted, ProgressTakenBack
from services.sessions.domain.target_sharing import TargetAcknowledged, TargetShared, TargetShareRevoked
from services.sessions.domain.targets import TARGET, TargetReviewed, TargetSet, TargetUntouched
from services.sessions.story.chapters import THE_TWO, Chapter, Line, LineReaders, only


def _set(target: TargetSet) -> str:
    return "{by} set a target, due on {due_on}." if target.amended_on is None else "{by} wrote a target anew."


def _reviewed(review: TargetReviewed) -> str:
    if review.amended_on is not None:
        return "{by} amended the review of a target: {status}."
    return "{by} reviewed a target: {status}." if review.reason is None else "{by} dropped a target: {reason}."


def _acknowledged(receipt: TargetAcknowledged) -> str:
    if receipt.by is None:
        return "Somebody with whom a target is shared acknowledged it."
    return "{by} recorded that somebody without an account acknowledged a target."


def _told(told: TargetUntouched, _: TargetSet) -> LineReaders:
    if told.by == "trainee":
        return only("trainee", "Whoever owns a target is told first that nobody touches it.")
    return THE_TWO


TARGETS = Chapter(
    TARGET,
    about="target",
    id_field="target_id",
    keys="select target_id from targets where relationship_id = $1",
    lines={
        TargetSet: Line(_set),
        TargetReviewed: Line(_reviewed),
        ProgressNoted: Line("{by} noted progress towards a target.", THE_TWO),
        ProgressTakenBack: Line("{by} took back a note of progress.", THE_TWO),
        TargetShared: Line("{by} shared a target.", THE_TWO),
        TargetShareRevoked: Line("{by} took back that a target is shared.", THE_TWO),
        TargetAcknowledged: Line(_acknowledged, THE_TWO),
        TargetUntouched: Line("Nobody had touched a target for a while: {by} was told.", _told),
    },
)
