"""The API role: a service's HTTP application on its database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shared.kernel.http.application import application
from shared.kernel.http.context import ServiceContext
from shared.kernel.http.problems import problem
from shared.kernel.http.rates import Rate
from shared.kernel.http.routes import forms_of
from shared.kernel.http.tokens import Verifier
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.postgres.notifier import PostgresNotifier
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.read_models import editions
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.service.definition import Service
from shared.kernel.settings import Settings
from shared.kernel.unit import Commands


@asynccontextmanager
async def open_api(
    service: Service, settings: Settings, url: str, notifier: Notifier | None = None
) -> AsyncIterator[FastAPI]:
    """Open the service's HTTP application, with a pool of connections in the database role `app`.

    `notifier` is that of a worker in the same process, which then learns of appends at once; through the database it
    takes a millisecond or two.
    """
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(url, size=16))
        if notifier is None:
            notifier = await stack.enter_async_context(PostgresNotifier(url))
        store = PostgresStore(pool, Keyring(settings.master_key()))
        app = application(
            service.name,
            service.routers,
            largest_file=settings.alongside_max_file_bytes,
            keeps_drafts=service.drafts is not None,
        )
        a_minute = settings.alongside_public_requests_a_minute
        app.state.context = ServiceContext(
            store,
            Verifier(settings, service.name),
            Commands(store, notifier),
            Rate(a_minute, 60 / a_minute),
            settings.alongside_today_at_least,
            settings.alongside_file_bytes_a_person,
            forms_of(service.routers),
            service.drafts,
            settings.alongside_reads_kept_days,
        )
        _answer_during_upgrades(app, service, pool)
        if service.opens is not None:
            await stack.enter_async_context(service.opens(app, settings))
        yield app


def _answer_during_upgrades(app: FastAPI, service: Service, pool: Pool) -> None:
    """Answer 503 where a query does not fit the tables because a worker of another version has made them.

    While an upgrade runs, an API may be older or newer than the workers. Otherwise it is an error like any other.
    """

    async def is_unfit(_: Request, error: Exception) -> JSONResponse:
        live = await editions(pool, service.read_models)
        if all(live.get(model.name) == model.edition for model in service.read_models):
            raise error
        return problem(
            503,
            "unavailable",
            "This is being upgraded at the moment; nothing was lost. Try again shortly.",
            retry_after=5,
        )

    for unfit in (asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError):
        app.add_exception_handler(unfit, is_unfit)
