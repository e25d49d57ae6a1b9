"""A Kafka cluster of local processes: a message is acknowledged once two brokers have it, so one may fail."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alongside.local.kafka import SETTINGS, Broker, listener_settings, new_cluster_id
from alongside.local.ports import Ports
from alongside.local.processes import Children

REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    # a broker that hangs is excluded after three seconds, as by the controllers' session timeout
    "replica.lag.time.max.ms": "3000",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
}


class Cluster:
    """Brokers that are also controllers, with their data in `<state>/kafka-1`, `kafka-2` ...

    `advertise` takes a broker's number and port and returns the port under which clients and other brokers reach it,
    such as that of a proxy. Each broker can be stopped, killed, frozen and started again by its number, from 1.
    """

    def __init__(
        self,
        children: Children,
        ports: Ports,
        *,
        size: int = 3,
        cache: Path | None = None,
        advertise: Callable[[int, int], int] = lambda _, port: port,
    ) -> None:
        self.brokers = {node: Broker(children, f"kafka-{node}", cache=cache) for node in range(1, size + 1)}
        self._ports: Mapping[int, int] = {node: ports.port(broker.name) for node, broker in self.brokers.items()}
        self._controllers = {node: ports.port(f"{broker.name}-controller") for node, broker in self.brokers.items()}
        self._advertised = {node: advertise(node, port) for node, port in self._ports.items()}
        self._id = new_cluster_id()

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(f"127.0.0.1:{port}" for port in self._advertised.values())

    def start(self) -> None:
        """Start the brokers that are not running, in parallel: one alone has no majority.

        Raises what `Broker.start` raises.
        """
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            list(pool.map(self.start_one, [node for node, broker in self.brokers.items() if not broker.is_running]))

    def start_one(self, node: int) -> None:
        """Start one broker and wait until it answers; a majority of the brokers, counting this one, must be up for
        that.
        """
        port = self._ports[node]
        where = listener_settings(node, port, self._controllers, self._advertised[node])
        self.brokers[node].start(port, SETTINGS | REPLICATED | where, self._id)

    def stop(self) -> None:
        """Stop all brokers, in parallel."""
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            list(pool.map(Broker.stop, self.brokers.values()))

    def kill(self) -> None:
        """Kill all brokers at once, as a power cut would."""
        for broker in self.brokers.values():
            broker.kill()

    def lose(self) -> None:
        """Kill all brokers and delete their data; the next start creates a new, empty cluster."""
        self.kill()
        for broker in self.brokers.values():
            broker.lose()
        self._id = new_cluster_id()
