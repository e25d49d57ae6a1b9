"""The definition of a service: `main.py` of each service makes one, and every role of its process reads it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI

from shared.events import Catalogue, PublicEvent
from shared.kernel.http.drafts import DraftKeeper
from shared.kernel.loops.consumer import Consumer, ConsumerTransaction, Effect
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.loops.relay import Publication
from shared.kernel.notifier import Notifier
from shared.kernel.postgres.status import ReadFigures, no_figures
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.processes import Process
from shared.kernel.readmodel import ReadModel
from shared.kernel.recording import Recording
from shared.kernel.settings import Settings
from shared.kernel.store import Transactions

OpenBeside = Callable[[FastAPI, Settings], AbstractAsyncContextManager[None]]
"""Opens what a service's HTTP application has besides its routes, such as pages, and closes it with the application."""
ServiceLoop = Callable[[PostgresStore, Notifier, Settings], Coroutine[Any, Any, None]]
"""A loop of a service's worker, which runs until it is cancelled; one that ends before is started again."""


@dataclass(frozen=True, eq=False)
class Service:
    """The definition of a service: routes, read models, publications, and the effect of the events it consumes.

    `listens_to` names the topics that it consumes, and `catalogue` has the events of them that concern it. `processes`
    follow its own events and request tasks; `tasks` maps each task's name to its handler. Tasks that may take minutes
    are in `long_tasks`: a separate dispatcher runs them one after the other, so that no other task waits for them.
    `given_up_read_models` names those that earlier versions had, so that workers retire them: a read model that a
    worker does not know, and that is not named here, belongs to a newer version. `heard_again` says for a type of event
    how often the reaction to it has changed so that it has to hear the past again: raise the number, and a worker reads
    the topic for this type once more. `drafts` keeps what people type into the forms of its routes; None: it keeps
    none. `loops` are what its worker does besides what every service's does, by name, and `figures` reads what an
    operator watches of it besides what there is to watch of every service. `opens` is what its HTTP application has
    besides its routes; None: nothing.
    """

    name: str
    routers: tuple[APIRouter, ...]
    read_models: tuple[ReadModel, ...]
    publications: Callable[[Settings], Sequence[Publication]]
    listens_to: tuple[str, ...]
    catalogue: Catalogue[PublicEvent]
    effect: Effect
    processes: tuple[Process[Any, Any], ...] = ()
    tasks: Mapping[str, TaskHandler] = field(default_factory=dict)
    long_tasks: Mapping[str, TaskHandler] = field(default_factory=dict)
    given_up_read_models: tuple[str, ...] = ()
    heard_again: Mapping[type[PublicEvent], int] = field(default_factory=dict)
    drafts: DraftKeeper | None = None
    loops: Mapping[str, ServiceLoop] = field(default_factory=dict)
    figures: ReadFigures = no_figures
    opens: OpenBeside | None = None

    @property
    def consumer_name(self) -> str:
        """The name under which the service's consumer keeps its high-water marks and its parked messages."""
        return f"alongside-{self.name}"

    def consumer(self, store: Transactions[ConsumerTransaction], notifier: Notifier) -> Consumer:
        """Return the service's consumer on this store."""
        return Consumer(self.consumer_name, store, notifier, self.effect, self.catalogue, reactions=self.reactions)

    @property
    def reactions(self) -> dict[str, int]:
        """The version of the reaction to each type of event; none for a service that records every event unchanged."""
        if isinstance(self.effect, Recording):
            return {}
        return {type_: 1 + self.heard_again.get(event, 0) for type_, event in self.catalogue.classes.items()}
