"""Send what signing in has put into the outbox: a loop of the portal's worker."""

import asyncio

from services.portal.mail.carriers import SmtpCarrier
from services.portal.mail.sending import Postman, StillDue
from services.portal.signing_in.identities import digest_of_email
from services.portal.signing_in.memberships import may_sign_in_by_address
from services.portal.signing_in.settings import PortalSettings
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Connection
from shared.kernel.postgres.store import PostgresStore


async def send_mails(store: PostgresStore, notifier: Notifier, own: PortalSettings, still_due: StillDue) -> None:
    """Send mails until cancelled; only wait where no mail server is set. `still_due` is asked before a digest goes."""
    server = own.mail_server()
    if server is None:
        await asyncio.Event().wait()
        return

    async def is_known(connection: Connection, email: str) -> bool:
        return await may_sign_in_by_address(connection, digest_of_email(store.keyring, email))

    sender = own.alongside_mail_from
    await Postman(store, SmtpCarrier(server, sender), is_known, sender, own.portal_url(), still_due).run(notifier)
