"""A service's process: `python -m services.NAME.main api | worker | all | migrate | rebuild MODEL`."""

import argparse
import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack

import structlog
import uvicorn
import uvloop

from shared.kernel.http.application import application
from shared.kernel.postgres import migrate, open_pool
from shared.kernel.postgres.read_models import NewerEdition, rebuild_read_model
from shared.kernel.service.api import open_api
from shared.kernel.service.definition import Service
from shared.kernel.service.health import add_health_routes
from shared.kernel.service.worker import RunningWorker, run_worker
from shared.kernel.settings import Databases, Settings
from shared.kernel.telemetry import set_up_logs, set_up_traces
from shared.kernel.unit import utc_now

THRESHOLDS = (50_000, 20, 20)
"""For `gc.set_threshold`: new objects until the youngest generation is collected, and collections of each generation
until the next older one is."""

log = structlog.get_logger()


class Server(uvicorn.Server):
    """A uvicorn server that does not raise the signal that stopped it a second time.

    uvicorn does, and that would end the process before its consumer has left the group and its pools are closed.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving on SIGINT and SIGTERM; a second signal cuts off the requests that still run."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(service: Service, settings: Settings, role: str) -> None:
    databases = Databases.of(service.name)
    async with AsyncExitStack() as stack:
        worker: RunningWorker | None = None
        if role in ("worker", "all"):
            worker = await stack.enter_async_context(
                run_worker(service, settings, databases.url("worker", service.name))
            )
        if role in ("api", "all"):
            notifier = worker.notifier if worker else None
            app = await stack.enter_async_context(
                open_api(service, settings, databases.url("app", service.name), notifier)
            )
        else:
            app = application(service.name, (), largest_file=settings.alongside_max_file_bytes)
        add_health_routes(app, service, worker.pool if worker else app.state.context.store.pool, worker)
        server = Server(
            uvicorn.Config(
                app,
                host=settings.alongside_host,
                port=settings.alongside_port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=15,
            )
        )
        tune_garbage_collector()
        await server.serve()


def tune_garbage_collector() -> None:
    """Exempt the objects made at start-up from garbage collection, and let it run seldom.

    Collections that walked every module and model again were the cause of the slowest hundredth of requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


async def _migrate(service: Service) -> None:
    applied = await migrate.migrate(
        Databases.of(service.name).url("owner", service.name), migrate.service_schema(service.name)
    )
    for migration in applied.migrations:
        log.info("migrated", component=migration.component, number=migration.number, name=migration.name)
    for function in applied.functions:
        log.info("function applied", name=function.name)
    for function in applied.newer:
        log.warning("function left as a newer version made it", name=function.name)


async def _rebuild(service: Service, name: str) -> None:
    model = next((model for model in service.read_models if model.name == name), None)
    if model is None:
        names = ", ".join(model.name for model in service.read_models)
        sys.exit(f"{service.name} has no read model {name}; it has {names}")
    async with await open_pool(Databases.of(service.name).url("worker", service.name), size=4) as pool:
        try:
            version = await rebuild_read_model(pool, model)
        except NewerEdition as error:
            sys.exit(str(error))
        log.info("rebuilt", model=name, version=version)


def main(service: Service) -> None:
    """Run the command line of a service's process."""
    parser = argparse.ArgumentParser(prog=f"services.{service.name}.main", description=f"The {service.name} service.")
    roles = parser.add_subparsers(dest="role", required=True)
    roles.add_parser("api", help="serve HTTP")
    roles.add_parser("worker", help="relay, consume and project")
    roles.add_parser("all", help="both in one process")
    roles.add_parser("migrate", help="bring the database's tables up to date")
    roles.add_parser("rebuild", help="rebuild a read model beside the running one").add_argument("model")
    chosen = parser.parse_args()
    settings = Settings.read()
    utc_now.set_to(settings.alongside_today)
    set_up_logs(settings.alongside_log_level)
    set_up_traces(service.name, settings.alongside_otlp_endpoint)
    match chosen.role:
        case "migrate":
            work = _migrate(service)
        case "rebuild":
            work = _rebuild(service, chosen.model)
        case role:
            work = _serve(service, settings, role)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
