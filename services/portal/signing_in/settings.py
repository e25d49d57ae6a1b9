"""Settings of the portal alone, from the environment and mounted secrets."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import from_json
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.portal.domain.accounts import DEMONSTRATION
from services.portal.mail.carriers import LOOPBACK, MailServer, parse_mail_server
from services.portal.signing_in.sessions import Limits
from shared.kernel.settings import MissingSetting, secrets_directory

SERVICES = ("referral", "matching", "sessions", "reporting")
"""The services that pages call."""


class ProviderClaims(BaseModel):
    """The names under which a provider's ID tokens carry who somebody is, and their e-mail address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = "sub"
    email: str = "email"
    email_verified: str = "email_verified"


class Provider(BaseModel):
    """An OpenID Connect provider to sign in with: its issuer, this portal's client there, and the text of its button.

    The client's secret stands here, or in the file of the folder of secrets that `client_secret_file` names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    issuer: str
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr | None = None
    client_secret_file: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_.-]+$")] = None
    button: Annotated[str, Field(min_length=1, max_length=60)]
    scopes: str = "openid email"
    claims: ProviderClaims = ProviderClaims()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.name == DEMONSTRATION:
            raise ValueError(f"a provider cannot have the name {DEMONSTRATION}")
        if not is_protected(self.issuer):
            raise ValueError("the issuer of a provider begins with https://")
        if (self.client_secret is None) == (self.client_secret_file is None):
            raise ValueError("name either client_secret or client_secret_file")
        return self

    def secret(self) -> str:
        """Return the client's secret; raises `MissingSetting` where its file is not there."""
        if self.client_secret is not None:
            return self.client_secret.get_secret_value()
        folder = secrets_directory()
        file = Path(folder or ".") / str(self.client_secret_file)
        if folder is None or not file.is_file():
            raise MissingSetting(f"{self.client_secret_file} in ALONGSIDE_SECRETS_DIR")
        return file.read_text(encoding="utf-8").strip()


class PortalSettings(BaseSettings):
    """What the portal reads from the environment besides what every service reads."""

    model_config = SettingsConfigDict(extra="ignore")

    alongside_env: Annotated[
        Literal["production", "local"],
        Field(description="`local`: whoever opens the page signs in as anybody, for a demonstration on one machine."),
    ] = "production"
    alongside_portal_key: Annotated[
        SecretStr | None,
        Field(description="Signs the tokens by which services know who looks at a page: an EC P-256 key, PEM."),
    ] = None
    alongside_portal_issuer: Annotated[
        str, Field(description="The `iss` of the portal's tokens, one of ALONGSIDE_ISSUERS of every service.")
    ] = "https://portal.local.alongside.example"
    alongside_portal_url: Annotated[
        str,
        Field(
            description="The public address of the pages, such as https://alongside.example, for links in mails and "
            "for providers to lead back to."
        ),
    ] = ""
    alongside_providers: Annotated[
        tuple[Provider, ...],
        Field(
            description="OpenID Connect providers to sign in with: a JSON list of `name`, `issuer`, `client_id`, "
            "`client_secret` (or `client_secret_file`, a file in ALONGSIDE_SECRETS_DIR), `button`, and, where they "
            "differ, `scopes` and `claims` (`subject`, `email`, `email_verified`)."
        ),
    ] = ()
    alongside_smtp_url: Annotated[
        SecretStr | None,
        Field(
            description="The mail server: smtp:// or smtps://USER:PASSWORD@HOST:PORT. Unset, no mail is sent, and "
            "nobody signs in by a code."
        ),
    ] = None
    alongside_mail_from: Annotated[str, Field(description="The sender of mails, an e-mail address.")] = ""
    alongside_sign_in_by_email: Annotated[
        bool, Field(description="Whether somebody may sign in by a code that is sent to their e-mail address.")
    ] = True
    alongside_reminders: Annotated[
        bool, Field(description="Whether people are reminded by mail of what is due, where a mail server is set.")
    ] = True
    alongside_reminders_from: Annotated[
        int, Field(description="The hour in England from which reminders are sent on a working day.", ge=0, le=22)
    ] = 8
    alongside_reminders_until: Annotated[
        int, Field(description="The hour in England from which on no reminder is sent any more that day.", ge=1, le=23)
    ] = 18
    alongside_url_referral: Annotated[str, Field(description="Where referral answers HTTP.")] = ""
    alongside_url_matching: Annotated[str, Field(description="Where matching answers HTTP.")] = ""
    alongside_url_sessions: Annotated[str, Field(description="Where sessions answers HTTP.")] = ""
    alongside_url_reporting: Annotated[str, Field(description="Where reporting answers HTTP.")] = ""
    alongside_brand_colour: Annotated[
        str,
        Field(description="The colour of the band at the top of each page, as #rrggbb.", pattern="^#[0-9a-fA-F]{6}$"),
    ] = "#17524c"
    alongside_session_idle_minutes: Annotated[
        int, Field(description="Minutes without a page after which a sign-in ends.", gt=0)
    ] = 120
    alongside_session_hours: Annotated[int, Field(description="Hours after which every sign-in ends.", gt=0)] = 12

    @field_validator("alongside_providers", mode="before")
    @classmethod
    def _parse_providers(cls, providers: object) -> object:
        """Parse the list where it comes as text, as a file of secrets has it."""
        return from_json(providers) if isinstance(providers, str) else providers

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        names = [each.name for each in self.alongside_providers]
        if len(set(names)) < len(names):
            raise ValueError("each provider needs a name of its own")
        if self.alongside_reminders_from >= self.alongside_reminders_until:
            raise ValueError("ALONGSIDE_REMINDERS_FROM is an hour before ALONGSIDE_REMINDERS_UNTIL")
        if self.alongside_portal_url and not is_protected(self.alongside_portal_url):
            raise ValueError("ALONGSIDE_PORTAL_URL begins with https://")
        if self.alongside_smtp_url is not None:
            parse_mail_server(self.alongside_smtp_url.get_secret_value())
            if "@" not in self.alongside_mail_from:
                raise ValueError("ALONGSIDE_SMTP_URL needs ALONGSIDE_MAIL_FROM, the address that mails come from")
        return self

    @classmethod
    def read(cls) -> "PortalSettings":
        """Read the settings from the environment and the folder of secrets."""
        return cls(_secrets_dir=secrets_directory())

    def urls(self) -> dict[str, str]:
        """Return the base URL of each service; raises `MissingSetting`."""
        found = {service: str(getattr(self, f"alongside_url_{service}")) for service in SERVICES}
        for service, url in found.items():
            if not url:
                raise MissingSetting(f"ALONGSIDE_URL_{service.upper()}")
        return found

    def key(self) -> str:
        """Return the key that signs tokens; raises `MissingSetting`."""
        if self.alongside_portal_key is None:
            raise MissingSetting("ALONGSIDE_PORTAL_KEY")
        return self.alongside_portal_key.get_secret_value()

    def portal_url(self) -> str:
        """Return the public address of the pages, without a slash at its end; raises `MissingSetting`."""
        if not self.alongside_portal_url:
            raise MissingSetting("ALONGSIDE_PORTAL_URL")
        return self.alongside_portal_url.rstrip("/")

    def mail_server(self) -> MailServer | None:
        """Return the server to which mail is handed over; None where no mail is sent."""
        return (
            None if self.alongside_smtp_url is None else parse_mail_server(self.alongside_smtp_url.get_secret_value())
        )

    def limits(self) -> Limits:
        """Return how long a sign-in lasts."""
        idle = timedelta(minutes=self.alongside_session_idle_minutes)
        return Limits(idle, timedelta(hours=self.alongside_session_hours))

    @property
    def sends_reminders(self) -> bool:
        """Whether people are reminded by mail of what is due."""
        return self.alongside_smtp_url is not None and self.alongside_reminders

    @property
    def sends_codes(self) -> bool:
        """Whether somebody may sign in by a code that is sent to their e-mail address."""
        return self.alongside_smtp_url is not None and self.alongside_sign_in_by_email


def is_protected(url: str) -> bool:
    """Whether an address is reached over TLS, or is on this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
