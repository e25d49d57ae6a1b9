"""Five services on simulated servers, and their clients, through one timeline of faults.

The ledger takes commands and publishes; the tally hears it, decides, takes commands of its own and publishes on.
Matching confirms pairs, and sessions hears it and is where they work: both are the platform's own. The keeper records
what the others have published, as reporting does. Each has two workers and two API processes, killed and frozen at any
await. All that runs in them is the kernel's own code.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any
from uuid import UUID, uuid4

from shared.events import Catalogue, PublicEvent
from shared.kernel.decider import Command, Decider, DomainError
from shared.kernel.loops.consumer import Consumer, Effect
from shared.kernel.loops.dispatcher import Dispatcher
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.projector import Projector
from shared.kernel.loops.relay import Publication, Relay, publish_each
from shared.kernel.notifier import Listener, Notifier
from shared.kernel.processes import ProcessRunner
from shared.kernel.reactions import catalogue_of, react_with
from shared.kernel.readmodel import ReadModel
from shared.kernel.recording import record_events
from shared.kernel.records import Cause
from shared.kernel.unit import CommandRequest, Commands, Unit, UseCase
from tests.simulation import ledger, mentoring
from tests.simulation.database import Database
from tests.simulation.disasters import Disasters
from tests.simulation.loop import Node, SeededLoop
from tests.simulation.memory import MemoryStore, MemoryTransaction
from tests.simulation.mentoring import Ask
from tests.simulation.storm import SESSION, Storm, StormyWay, outside
from tests.simulation.topics import Member, MemoryLog, MemoryPublisher

IN_DOUBT: tuple[type[BaseException], ...] = (asyncio.InvalidStateError, *MemoryStore.transient_errors)
"""What a client sees that does not say whether its command was done: no answer yet, or no connection."""
PATIENCE = 300.0
"""Virtual seconds within which everything comes to rest once nothing strikes any more."""
PUBLISHERS: Mapping[str, tuple[Catalogue[Any], Callable[[Any], PublicEvent | None]]] = {
    "ledger": (ledger.LEDGER_EVENTS, ledger.tell_payment),
    "tally": (ledger.TALLY_EVENTS, ledger.tell_tally),
    **mentoring.PUBLISHERS,
}
"""What each service stores, and what it publishes of that; its topic has its name."""
KEPT: Catalogue[PublicEvent] = Catalogue((*ledger.KEPT, *mentoring.HEARD))
KEEPER_MODELS = (ledger.HEARD, ledger.TALLIES, *mentoring.REPORTING)


class Restless(AssertionError):
    """Something still has work to do long after the last fault."""


class HouseNotifier(Notifier):
    """Heard by all nodes of one service, in a fixed order."""

    def __init__(self) -> None:
        super().__init__()
        self._in_order: list[Listener] = []

    def listener(self) -> Listener:
        listener = super().listener()
        self._in_order.append(listener)
        return listener

    def notify(self) -> None:
        self._in_order = [listener for listener in self._in_order if listener._event in self._waiters]
        for listener in self._in_order:
            listener._event.set()


@dataclass
class Service:
    """One service: its database, what it publishes, whom it listens to, what it shows."""

    name: str
    database: Database
    listens_to: tuple[str, ...] = ()
    models: tuple[ReadModel, ...] = ()
    notifier: HouseNotifier = field(default_factory=HouseNotifier)
    apis: dict[str, tuple[Node, Commands]] = field(default_factory=dict)

    @property
    def publication(self) -> Publication | None:
        """What the service publishes; None for one that publishes nothing."""
        if self.name not in PUBLISHERS:
            return None
        return Publication(self.name, f"urn:sim:{self.name}", publish_each(*PUBLISHERS[self.name]))

    @property
    def group(self) -> str:
        """The consumer's name."""
        return f"alongside-{self.name}"


@dataclass
class Invocation:
    """A command as its client knows it, and its answer. Done, it has added one event to each of the streams of `asked`.

    It is `unchanged` where there was nothing to do.
    """

    order: UUID
    asked: mentoring.Ask
    outcome: str = "unknown"
    position: int | None = None


class World:
    """The services, brokers and clients of one timeline; `database` makes the database of each service."""

    def __init__(
        self, seed: int, *, database: Callable[[], Database] = Database, noted: list[str] | None = None
    ) -> None:
        self.loop = SeededLoop(seed)
        self.chance = Random(f"world {seed}")
        self.noted = noted
        self.invocations: list[Invocation] = []
        self._under_way: list[tuple[Node, asyncio.Task[Any]]] = []
        self.mended = False
        self.lost: set[UUID] = set()
        self.forgotten: set[UUID] = set()
        self.restores = 0
        self.closed: set[str] = set()
        self.complaints: list[str] = []
        self.poisonous = self.chance.random() < 0.4
        self.mentoring = mentoring.Mentoring(self.chance)
        self.disasters = Disasters(self)
        self.nodes: dict[str, Node] = {}
        self._lives = 0
        self.storm = Storm(self.chance, self.note, self.kill, self.freeze, self._rebalance)
        self.log = MemoryLog(tuple(PUBLISHERS), self.chance.choice((1, 2, 3)), self.chance)
        self.services = {
            "ledger": Service("ledger", database(), (), (ledger.ACCOUNT_ROWS,)),
            "tally": Service("tally", database(), ("ledger",)),
            "matching": Service("matching", database()),
            "sessions": Service("sessions", database(), ("matching",), mentoring.SESSIONS_MODELS),
            "keeper": Service("keeper", database(), tuple(PUBLISHERS), KEEPER_MODELS),
        }
        for service in self.services.values():
            for model in service.models:
                service.database.make(model)
            if service.publication:
                service.database.make_cursor("relay")
        self.services["ledger"].database.make_cursor("process watch")

    def note(self, text: str) -> None:
        """A line of the trace, where one is wanted."""
        if self.noted is not None:
            self.noted.append(f"{self.loop.time():9.4f} {text}")

    # nodes

    def _start(self, name: str, begin: Callable[[Node], None]) -> None:
        self._lives += 1
        node = Node(f"{name}.{self._lives}")
        self.nodes[name] = node
        self.note(f"{node.name}: starts")
        begin(node)

    def kill(self, node: Node) -> None:
        """End a node: no line of it runs again. The servers notice later; another life of it begins later."""
        node.dead = True
        name = node.name.partition(".")[0]
        for server in self.services.values():
            delay, commit = StormyWay(self.storm, server.name).ghost()
            outside(delay, partial(server.database.disconnect, node, commit=commit))
        outside(self.chance.choice((0, SESSION)), lambda: self.log.expel(node))
        outside(self.chance.uniform(0.05, 1), lambda: self._again(name))

    def _again(self, name: str) -> None:
        if "worker" in name and name.partition("-")[0] in self.closed:
            outside(0.1, lambda: self._again(name))
        else:
            self._start(name, self._beginning(name))

    def freeze(self, node: Node, seconds: float) -> None:
        """Stop a node for so long; the group goes on without it if it takes too long."""
        if node.frozen:
            return
        node.frozen = True
        outside(seconds, lambda: self._thaw(node))
        if seconds > SESSION:
            outside(SESSION, lambda: self.log.expel(node))

    def _thaw(self, node: Node) -> None:
        if node.frozen:
            self.note(f"{node.name}: thaws")
            self.loop.thaw(node)

    def _rebalance(self) -> None:
        for group in self.log.groups.values():
            self.log.rebalance(group)

    def _beginning(self, name: str) -> Callable[[Node], None]:
        service = self.services[name.partition("-")[0]]
        return partial(self._work if "worker" in name else self._serve, service)

    def _serve(self, service: Service, node: Node) -> None:
        commands = Commands(self.store(service), service.notifier, service.database.now)
        service.apis[node.name.partition(".")[0]] = (node, commands)

    def _work(self, service: Service, node: Node) -> None:
        store = self.store(service)
        followers: list[Follower[Any] | Projector | ProcessRunner] = [Projector(service.models)]
        if service.publication is not None:
            publisher = MemoryPublisher(self.log, StormyWay(self.storm, "log"))
            relay = Relay(publisher, [service.publication])
            followers.append(Follower("relay", relay.handle))
        if service.name == "ledger":
            followers.append(ProcessRunner([ledger.WATCH], service.database.now))
            dispatcher = Dispatcher("ledger", {"audit": ledger.audit}, service.database.now)
            self.loop.spawn(node, dispatcher.run(store, service.notifier), f"{node.name} dispatcher")
        for follower in followers:
            self.loop.spawn(node, follower.run(store, service.notifier), f"{node.name} {follower.name}")
        if service.listens_to:
            consumer = self.consumer(service)
            member = Member(
                self.log, service.group, service.listens_to, node, StormyWay(self.storm, "log"), self.chance
            )
            self.loop.spawn(node, member.run(consumer.receive), f"{node.name} consumer")

    def store(self, service: Service) -> MemoryStore:
        """The way of some node to a service's database."""
        return MemoryStore(service.database, StormyWay(self.storm, service.name))

    def consumer(self, service: Service) -> Consumer:
        """The service's consumer, as it is before or after it was mended."""
        effect: Effect
        known: Catalogue[PublicEvent]
        if service.name == "keeper":
            effect, known = record_events("keeper", lambda _: None), KEPT
        elif service.name == "sessions":
            effect = react_with("sessions", mentoring.REACTIONS, service.database.now)
            known = catalogue_of(mentoring.REACTIONS)
        elif self.mended:
            effect = react_with("tally", {ledger.PaidIn: ledger.count_payment}, service.database.now)
            known = Catalogue([ledger.PaidIn])
        else:
            effect = react_with("tally", {ledger.PaidInUnmended: ledger.count_unmended}, service.database.now)
            known = Catalogue([ledger.PaidInUnmended])
        return Consumer(service.group, self.store(service), service.notifier, effect, known)

    # clients

    async def _work_together(self, commands: int) -> None:
        for _ in range(commands):
            await asyncio.sleep(self.chance.uniform(0, 0.15))
            await self._ask(Invocation(uuid4(), self.mentoring.draw()))

    async def _client(self, commands: int) -> None:
        for _ in range(commands):
            await asyncio.sleep(self.chance.uniform(0, 0.3))
            order = uuid4()
            if self.chance.random() < 0.25:
                tally = self.chance.choice((*ledger.ACCOUNTS, ledger.ALL))
                counting = _deciding(ledger.TALLY, (tally, ledger.Count(tally=tally, order=order)))
                asked = Ask("tally", [f"tally-{tally}"], counting)
            else:
                accounts = self.chance.sample(ledger.ACCOUNTS, self.chance.choice((1, 1, 1, 2)))
                decided = [(account, self._order(account, order)) for account in accounts]
                streams = [f"account-{account}" for account in accounts]
                asked = Ask("ledger", streams, _deciding(ledger.ACCOUNT, *decided))
            await self._ask(Invocation(order, asked))

    def _order(self, account: str, order: UUID) -> Command:
        if self.chance.random() < 0.15:
            return ledger.Audit(account=account, order=order)
        amount = self.chance.randint(-8, 10)
        if self.poisonous and self.chance.random() < 0.1:
            amount = self.chance.choice((ledger.UNREADABLE, ledger.REFUSED))
        return ledger.Pay(account=account, order=order, amount=amount)

    async def _ask(self, invocation: Invocation) -> None:
        """Ask for it, with a key again and again until the answer is known; without one, once."""
        self.invocations.append(invocation)
        service = self.services[invocation.asked.service]
        key = str(invocation.order) if self.chance.random() < 0.5 else None
        asked = CommandRequest(ledger.TENANT, Cause("client", invocation.order), key, {"order": str(invocation.order)})
        in_doubt = False
        for _ in range(6 if key else 1):
            node, commands = self.chance.choice([*service.apis.values()])
            task = self.loop.spawn(node, commands.run(asked, invocation.asked.use_case), f"{node.name} command")
            self._under_way.append((node, task))
            await asyncio.wait([task], timeout=self.chance.choice((0.3, 2)))
            try:
                done = task.result()
                invocation.position, invocation.outcome = (
                    done.position,
                    "unchanged" if done.position is None else "done",
                )
                invocation.asked.learn(done.answer or {})
            except DomainError:
                invocation.outcome = "unknown" if in_doubt else "refused"
            except IN_DOUBT:
                in_doubt = True
                continue
            break
        self.note(f"client: {invocation.order} is {invocation.outcome}")

    # the timeline

    async def live(self) -> None:
        """Commands in a storm, and then calm until everything is at rest."""
        for service in self.services.values():
            for number in (1, 2):
                for role in ("api", "worker"):
                    name = f"{service.name}-{role}-{number}"
                    self._start(name, self._beginning(name))
        strikes = self.loop.create_task(self.disasters.strike(), name="strikes")
        clients = [
            self.loop.create_task(work(self.chance.randint(*commands)), name="client")
            for work, commands, numbers in (
                (self._client, (2, 7), (1, 2, 3, 6)),
                (self._work_together, (6, 14), (1, 1, 2)),
            )
            for _ in range(self.chance.choice(numbers))
        ]
        for task in (*clients, strikes):
            await task
        await asyncio.sleep(self.chance.choice((0, 1)))
        self.note("calm")
        self.storm.calm()
        for node in self.nodes.values():
            self._thaw(node)
        await self.rest()

    async def rest(self) -> None:
        """Returns when nobody has anything left to do; raises `Restless`."""
        until = self.loop.time() + PATIENCE
        while (busy := self._busy()) is not None:
            if self.loop.time() > until:
                raise Restless(busy)
            await asyncio.sleep(self.chance.uniform(0.1, 0.3))

    def _busy(self) -> str | None:
        if any(node.dead or node.frozen for node in self.nodes.values()):
            return "a node is away"
        if any(not task.done() for node, task in self._under_way if not node.dead):
            return "a command is under way for which nobody waits any more"
        if self.log.on_their_way:
            return "messages are on their way"
        for service in self.services.values():
            database = service.database
            if any(transaction.writes for transaction in database.running):
                return f"{service.name} has a transaction"
            if any(status == "waiting" for _, status in database.tables["tasks"].values()):
                return f"{service.name} has tasks"
            head = max((event.position for event in database.events), default=0)
            behind = [name for name, position in database.tables["cursors"].items() if position < head]
            if behind:
                return f"{service.name} is behind with {behind}"
        for name, group in self.log.groups.items():
            if len(group.members) < 2:
                return f"{name} waits for a member"
            for member in group.members:
                if member.busy or member.waiting():
                    return f"{name} has work at {member.node.name}"
        return None

    async def heal(self) -> None:
        """Operators give up what is no event at all, mend the tally, and replay everything parked."""
        self.mended = True
        for service in self.services.values():
            for number, parked in sorted(service.database.tables["parked"].items()):
                if parked.value == b"junk":
                    await self.disasters.operate(service, partial(MemoryTransaction.close_parked, numbers=[number]))
            consumer = self.consumer(service)
            streams = {(message.topic, message.stream): None for message in service.database.tables["parked"].values()}
            for topic, stream in streams:
                await consumer.replay(topic, stream)
        await self.rest()


def _deciding(decider: Decider[Any, Any, Any], *commands: tuple[str, Command]) -> UseCase[mentoring.Done]:
    async def use_case(unit: Unit) -> mentoring.Done:
        for key, command in commands:
            await unit.decide(decider, key, command)
        return mentoring.Done()

    return use_case
