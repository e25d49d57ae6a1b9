"""`python -m bench.nothing`: sessions' API, its commands doing nothing. Reads the same settings as the service.

Everything else is the service's own: routes, tokens, parsing, the answer's model, headers.
"""

import asyncio
from dataclasses import replace
from uuid import UUID

import uvicorn
import uvloop
from pydantic import BaseModel

from services.sessions.main import SERVICE
from shared.kernel.http.context import ServiceContext
from shared.kernel.records import AppendResult
from shared.kernel.service.api import open_api
from shared.kernel.service.command_line import tune_garbage_collector
from shared.kernel.service.health import add_health_routes
from shared.kernel.settings import Databases, Settings
from shared.kernel.telemetry import set_up_logs, set_up_traces
from shared.kernel.unit import CommandRequest, Commands, UseCase

ANSWER = {"meeting_id": str(UUID(int=0)), "target_ids": []}


class NoCommands(Commands):
    """Answers at once."""

    async def run(self, asked: CommandRequest, use_case: UseCase[BaseModel]) -> AppendResult:
        """The same answer to everything."""
        del asked, use_case
        return AppendResult(1, ANSWER, replayed=False)


async def _serve(settings: Settings) -> None:
    async with open_api(SERVICE, settings, Databases.of(SERVICE.name).url("app", SERVICE.name)) as app:
        context: ServiceContext = app.state.context
        app.state.context = replace(context, commands=NoCommands(context.store, context.commands.notifier))
        add_health_routes(app, SERVICE, context.store.pool, None)
        tune_garbage_collector()
        config = uvicorn.Config(app, port=settings.alongside_port, log_config=None, access_log=False)
        await uvicorn.Server(config).serve()


def main() -> None:
    """Serve until ended."""
    settings = Settings.read()
    set_up_logs(settings.alongside_log_level)
    set_up_traces(SERVICE.name, None)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings))


if __name__ == "__main__":
    main()
