"""The definition of the portal."""

from collections.abc import Callable, Sequence

from services.portal.api import ROUTERS
from services.portal.mail.watching import read_mail_figures
from services.portal.pages.application import pages_with
from services.portal.projections import READ_MODELS
from services.portal.reactions import REACTIONS
from services.portal.reminders.deciding import decide_reminders, still_due
from services.portal.signing_in.clearing import clear_sign_ins
from services.portal.signing_in.posting import send_mails
from services.portal.signing_in.settings import PortalSettings
from shared.events.referral import SchoolCalendarRecorded, TraineeStandingChanged
from shared.kernel.loops.relay import Publication
from shared.kernel.notifier import Notifier
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.service.command_line import main
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings


def publications(_settings: Settings) -> Sequence[Publication]:
    """Return no publications: who may sign in concerns no other service."""
    return ()


def portal(read: Callable[[], PortalSettings] = PortalSettings.read) -> Service:
    """Define the portal; `read` returns its own settings when a process of it starts."""

    async def send(store: PostgresStore, notifier: Notifier, _: Settings) -> None:
        await send_mails(store, notifier, read(), still_due)

    async def remind(store: PostgresStore, notifier: Notifier, _: Settings) -> None:
        await decide_reminders(store, notifier, read())

    async def clear(store: PostgresStore, _: Notifier, __: Settings) -> None:
        await clear_sign_ins(store, read().limits())

    return Service(
        name="portal",
        routers=ROUTERS,
        read_models=READ_MODELS,
        publications=publications,
        listens_to=("people", "referral", "matching", "sessions"),
        catalogue=catalogue_of(REACTIONS),
        effect=react_with("portal", REACTIONS),
        heard_again={SchoolCalendarRecorded: 1, TraineeStandingChanged: 1},
        loops={"mails": send, "reminders": remind, "sign-ins": clear},
        figures=read_mail_figures,
        opens=pages_with(read),
    )


SERVICE = portal()

if __name__ == "__main__":
    main(SERVICE)
