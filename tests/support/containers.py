"""Start the public images of PostgreSQL and Kafka under testcontainers."""

from typing import Self

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

# The same choices as in alongside/local/kafka.py, in the image's spelling.
KAFKA_SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_LOG_RETENTION_MS": "-1",
    "KAFKA_LOG_CLEANER_BACKOFF_MS": "500",
    "KAFKA_LOG_CLEANER_MIN_CLEANABLE_RATIO": "0.01",
}


def postgres_container(image: str) -> PostgresContainer:
    container = PostgresContainer(image, username="postgres", dbname="postgres", driver=None)
    container.with_command(
        "postgres -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    )
    return container


class KafkaContainer(DockerContainer):
    """A broker on a free port of this machine.

    The address it must advertise is known only once the container runs, so its start waits for a script that sets it.
    """

    SCRIPT = "/tmp/advertise-and-run.sh"

    def __init__(self, image: str) -> None:
        super().__init__(image)
        self.with_exposed_ports(9092)
        self.with_envs(**KAFKA_SETTINGS)
        self.with_command(["sh", "-c", f"until [ -s {self.SCRIPT} ]; do sleep 0.1; done; exec sh {self.SCRIPT}"])

    @property
    def bootstrap_servers(self) -> str:
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(9092)}"

    def start(self) -> Self:
        super().start()
        script = f"export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://{self.bootstrap_servers}\nexec /etc/kafka/docker/run\n"
        self.copy_into_container(script.encode(), self.SCRIPT)
        LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(120).wait_until_ready(self)
        return self
