"""The lines of help by others, which the mentee sees; those who take part read the list."""

from services.sessions.domain.onward_referrals import ONWARD_REFERRAL, HelpOffered, HelpStepTaken, HelpStepTakenBack
from services.sessions.story.chapters import Chapter, Line, only

MENTEE = only("trainee", "Nobody who assesses the mentee may learn of it; those who take part read it in its list.")
ONWARD_REFERRALS = Chapter(
    ONWARD_REFERRAL,
    about="help by others",
    id_field="onward_id",
    keys="select onward_id from onward_referrals where relationship_id = $1",
    lines={
        HelpOffered: Line("Help by others was offered: {kind}.", MENTEE),
        HelpStepTaken: Line("Help by others was {status}.", MENTEE),
        HelpStepTakenBack: Line("The last step of help by others was taken back.", MENTEE),
    },
)
