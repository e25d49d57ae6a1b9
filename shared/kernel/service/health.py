"""`/health/live`, `/health/ready` and `/metrics` of a service's process."""

from collections.abc import Mapping

from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared.kernel.http.problems import problem
from shared.kernel.postgres import TRANSIENT_ERRORS, Pool
from shared.kernel.postgres import status as progress
from shared.kernel.postgres.status import Status, status
from shared.kernel.service.definition import Service
from shared.kernel.service.worker import RunningWorker


def add_health_routes(app: FastAPI, service: Service, pool: Pool, worker: RunningWorker | None) -> None:
    """Add `/health/live`, `/health/ready` and `/metrics`. A worker is ready while its positions advance."""

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False, response_model=None)
    async def ready() -> Response | dict[str, str | list[str]]:
        try:
            if worker is None:
                await pool.fetchval("select 1")
                return {"status": "ready"}
            now = await status(service.name, worker.pool, service.read_models)
        except TRANSIENT_ERRORS:
            return problem(503, "unavailable", "The database is away.", retry_after=2)
        stalled = [*now.stalled, *(f"{name} is of an older edition" for name in now.outdated_read_models)]
        if worker.stalled_seconds() > progress.STALLED_AFTER:
            stalled.append("consumer")
        if stalled:
            why = " ".join(f"{name}: {obstacle}." for name, obstacle in now.obstacles.items())
            return problem(503, "stalled", f"No progress: {', '.join(stalled)}. {why}".strip(), retry_after=10)
        if now.newer_read_models:
            return {"status": "ready", "stands_aside_for": [*now.newer_read_models]}
        return {"status": "ready"}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        figures = generate_latest()
        if worker is not None:
            figures += _exposition(await status(service.name, worker.pool, read_figures=service.figures), worker)
        return Response(figures, media_type="text/plain; version=0.0.4")


def _exposition(now: Status, worker: RunningWorker) -> bytes:
    registry = CollectorRegistry()
    lags = worker.watch.lags
    figures: Mapping[str, tuple[str, Mapping[str, float]]] = {
        "alongside_head_position": ("Last position of the store", {"": now.head}),
        "alongside_behind_events": ("Events behind the head", {p.name: p.behind for p in now.followers}),
        "alongside_behind_seconds": (
            "Age of the first event behind the head",
            {p.name: p.seconds for p in now.followers},
        ),
        "alongside_consumer_lag_events": ("Messages not taken yet, by topic", {lag.topic: lag.events for lag in lags}),
        "alongside_consumer_lag_seconds": ("Age of the first of them", {lag.topic: lag.seconds for lag in lags}),
        "alongside_consumer_waits_seconds": (
            "How long the consumer has not got on, with work waiting",
            {"": worker.stalled_seconds()},
        ),
        "alongside_parked_messages": ("Messages parked", {"": now.parked}),
        "alongside_parked_oldest_seconds": ("Age of the oldest parked message", {"": now.oldest_parked}),
        "alongside_tasks": (
            "Tasks that wait, are overdue, have failed",
            {"waiting": now.tasks.waiting, "overdue": now.tasks.overdue, "failed": now.tasks.failed},
        ),
        "alongside_tasks_overdue_seconds": ("How long the first overdue task has been due", {"": now.tasks.seconds}),
    }
    for name, (text, values) in figures.items():
        gauge = Gauge(name, text, ["service", "follower"], registry=registry)
        for label, value in values.items():
            gauge.labels(now.service, label).set(value)
    for figure in now.figures:
        own = Gauge(f"alongside_{figure.name}", figure.means, ["service"], registry=registry)
        own.labels(now.service).set(figure.value)
    obstacles = Gauge(
        "alongside_obstacle",
        "1: the follower cannot go on, for this reason",
        ["service", "follower", "reason"],
        registry=registry,
    )
    for follower in now.followers:
        obstacles.labels(now.service, follower.name, follower.obstacle or "").set(follower.obstacle is not None)
    return generate_latest(registry)
