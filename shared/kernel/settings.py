"""Settings of a service, from the environment and mounted secrets; a process needs only its own database role."""

import os
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import from_json
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.calendar import day_in_england

Role = Literal["owner", "app", "worker"]


def secrets_directory() -> str | None:
    """Return the folder of secrets, `ALONGSIDE_SECRETS_DIR`: files named like settings in lower case, as
    orchestrators mount them.
    """
    return os.environ.get("ALONGSIDE_SECRETS_DIR")


class Databases(BaseSettings):
    """The URLs of a service's database, by role, from the variables `DATABASE_URL_<SERVICE>_<ROLE>`.

    The owner migrates, app serves HTTP, worker relays, consumes and projects.
    """

    owner: SecretStr | None = None
    app: SecretStr | None = None
    worker: SecretStr | None = None

    @classmethod
    def of(cls, service: str) -> "Databases":
        """Read the databases of a service from the environment."""
        return cls(_env_prefix=f"DATABASE_URL_{service.upper()}_", _secrets_dir=secrets_directory())

    def url(self, role: Role, service: str) -> str:
        """Return the URL of a role; raises `MissingSetting` with the variable's name."""
        found: SecretStr | None = getattr(self, role)
        if found is None:
            raise MissingSetting(f"DATABASE_URL_{service.upper()}_{role.upper()}")
        return found.get_secret_value()


class MissingSetting(RuntimeError):
    """An environment variable that this process needs is not set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Set {name}; docs/reference/settings.md lists every setting.")


class ClaimNames(BaseModel):
    """The names under which an issuer's tokens carry what a service reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = "sub"
    tenant: str = "tenant"
    roles: str = "roles"
    schools: str = "schools"


class TrustedIssuer(BaseModel):
    """An issuer whose tokens count: its `iss`, where its key set is (https:// or file://), the `aud` that its tokens
    must carry, and its names of claims. `{service}` in the audience stands for the name of the service that is asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    keys: str
    audience: str = "alongside"
    claims: ClaimNames = ClaimNames()


class Settings(BaseSettings):
    """What every service reads from the environment."""

    model_config = SettingsConfigDict(extra="ignore")

    kafka_bootstrap_servers: Annotated[str, Field(description="Brokers, host:port, comma-separated.")] = (
        "127.0.0.1:9092"
    )
    alongside_topic_prefix: Annotated[str, Field(description="First part of every topic's name.")] = "alongside"
    alongside_master_key: Annotated[
        SecretStr | None, Field(description="Wraps the keys of personal data: 32 bytes, base64.")
    ] = None
    alongside_issuer: Annotated[str, Field(description="The `iss` that tokens must carry.")] = (
        "https://issuer.local.alongside.example"
    )
    alongside_audience: Annotated[str, Field(description="The `aud` that tokens must carry.")] = "alongside"
    alongside_jwks_url: Annotated[str, Field(description="The issuer's key set, https:// or file://.")] = ""
    alongside_issuers: Annotated[
        tuple[TrustedIssuer, ...],
        Field(
            description="Further issuers whose tokens count, such as the portal: a JSON list of `issuer`, `keys` (a "
            "key set), `audience` (`{service}` in it is the name of the service), and `claims`."
        ),
    ] = ()
    alongside_host: Annotated[str, Field(description="Address that HTTP listens on.")] = "127.0.0.1"
    alongside_port: Annotated[int, Field(description="Port that HTTP listens on.", ge=0, le=65535)] = 8000
    alongside_log_level: Annotated[str, Field(description="DEBUG, INFO, WARNING or ERROR.")] = "INFO"
    alongside_max_file_bytes: Annotated[int, Field(description="Largest file to import.", gt=0)] = 80 * 1024 * 1024
    alongside_file_bytes_a_person: Annotated[
        int, Field(description="Bytes of files that a person can keep, such as those in a journal.", gt=0)
    ] = 500 * 1024 * 1024
    alongside_reads_kept_days: Annotated[
        int, Field(description="Days for which reporting keeps who has read a report about a person.", gt=0)
    ] = 730
    alongside_public_requests_a_minute: Annotated[
        int, Field(description="How often one address may verify documents without signing in, in each process.", gt=0)
    ] = 60
    alongside_webhook_networks: Annotated[
        str,
        Field(
            description="Networks besides the public internet that webhooks may go to, with commas between them, for "
            "example 10.20.0.0/16; none if it is empty."
        ),
    ] = ""
    alongside_otlp_endpoint: Annotated[
        str | None, Field(description="Where traces are sent (OTLP over HTTP); unset, they are not.")
    ] = None
    alongside_today_at_least: Annotated[
        date | None,
        Field(
            description="A day that counts as today until it is over, so that a demonstration can record a year that "
            "lies ahead; accepted only where the key set is a local file."
        ),
    ] = None
    alongside_today: Annotated[
        date | None,
        Field(
            description="The day on which the clock of the process begins, so that a demonstration is the same in any "
            "year; accepted only where the key set is a local file."
        ),
    ] = None

    @field_validator("alongside_issuers", mode="before")
    @classmethod
    def _parse_issuers(cls, issuers: object) -> object:
        """Parse the list where it comes as text, as the command line has it from a file."""
        return from_json(issuers) if isinstance(issuers, str) else issuers

    @field_validator("alongside_webhook_networks")
    @classmethod
    def _has_networks(cls, text: str) -> str:
        _networks(text)
        return text

    @model_validator(mode="after")
    def _moves_no_real_clock(self) -> Self:
        if not all(issuer.keys.startswith("file://") for issuer in self.trusted_issuers()):
            for name in ("alongside_today_at_least", "alongside_today"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name.upper()} is for a local stack, whose key sets are files; unset it")
        return self

    def trusted_issuers(self) -> tuple[TrustedIssuer, ...]:
        """Return every issuer whose tokens count."""
        first = TrustedIssuer(
            issuer=self.alongside_issuer, keys=self.alongside_jwks_url, audience=self.alongside_audience
        )
        return (first, *self.alongside_issuers)

    def today(self, now: datetime) -> date:
        """Return the day in England that counts as today at a moment."""
        return day_in_england(now, self.alongside_today_at_least)

    @classmethod
    def read(cls) -> "Settings":
        """Read the settings from the environment and the folder of secrets."""
        return cls(_secrets_dir=secrets_directory())

    def topic(self, name: str) -> str:
        """Return the full name of a topic, for example `alongside.referral.v1`."""
        return f"{self.alongside_topic_prefix}.{name}.v1"

    def consumer_group(self, service: str) -> str:
        """Return the Kafka group in which a service's consumers share its topics, for example `alongside-matching`."""
        return f"{self.alongside_topic_prefix}-{service}"

    def webhook_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks besides the public internet that webhooks may go to."""
        return _networks(self.alongside_webhook_networks)

    def master_key(self) -> str:
        """Return the deployment's key; raises `MissingSetting`."""
        if self.alongside_master_key is None:
            raise MissingSetting("ALONGSIDE_MASTER_KEY")
        return self.alongside_master_key.get_secret_value()


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Parse networks with commas between them; raises ValueError."""
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
