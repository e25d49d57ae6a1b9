"""Show the scheduled tasks of the services, and retry those that failed."""

import asyncio
from dataclasses import asdict
from uuid import UUID

import typer

from alongside.cli.console import exit_on_error, out
from alongside.cli.options import AsJson
from alongside.cli.tables import print_rows
from alongside.local.platform import find_addresses
from alongside.operations.tasks import list_tasks, retry_task

app = typer.Typer()
tasks_app = typer.Typer(
    no_args_is_help=True, help="Tasks that a service runs on a certain day, and those that have failed."
)
app.add_typer(tasks_app, name="tasks")


@tasks_app.command("list")
def tasks_list(as_json: AsJson = False) -> None:
    """List failed tasks, then waiting ones, each in the order of their due dates. Example: alongside tasks list"""
    with exit_on_error():
        found = asyncio.run(list_tasks(find_addresses()))
    if as_json:
        out.print_json(data=[{"service": service} | asdict(task) for service, task in found], default=str)
        return
    if not found:
        out.print("No task waits.")
        return
    columns = ("service", "id", "task", "status", "due", "failures", "reason")
    rows = [
        (service, f"{task.id}", task.name, task.status, f"{task.due_at:%F %T}", f"{task.attempts}", task.reason or "")
        for service, task in found
    ]
    print_rows(columns, rows, texts={"reason"})


@tasks_app.command("retry")
def tasks_retry(service: str, task_id: UUID, as_json: AsJson = False) -> None:
    """Run a failed task again now.

    Example: alongside tasks retry matching 0d8f7a2e-5a0c-5f0c-9d5e-3f1f5a6b7c8d
    """
    with exit_on_error():
        asyncio.run(retry_task(find_addresses(), service, task_id))
    if as_json:
        out.print_json(data={"service": service, "id": str(task_id), "status": "waiting"})
    else:
        out.print("The worker will run it again now. `alongside tasks list` shows whether it failed again.")
