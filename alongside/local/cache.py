"""The cache of Kafka's jars: fetched once by Maven coordinates, checked by hash, and kept outside the repository.

They come from Maven Central, or from the repositories of the user's own jgo configuration.
"""

import hashlib
import os
import shutil
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import stamina
from cryptography import x509
from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from alongside.local.errors import ExtraMissing, JarsUnavailable, StateUnusable, UntrustedCertificate, WrongJar
from alongside.local.files import hold_lock
from alongside.local.lock import LockedJar, read_lock, sha256_of

if TYPE_CHECKING:
    from jgo.maven import Artifact, MavenContext

TIMEOUT = 30  # seconds without a byte
AT_ONCE = 8  # downloads


def cache_directory() -> Path:
    """Return the cache directory: `ALONGSIDE_CACHE`, by default the user's cache directory."""
    named = os.environ.get("ALONGSIDE_CACHE")
    return Path(named).expanduser().resolve() if named else user_cache_path("alongside")


def kafka_jars(cache: Path | None = None, jars: Sequence[LockedJar] | None = None) -> Path:
    """Return the folder with all of Kafka's jars; fetch them first if it does not exist.

    The folder's name is a digest of the lock file. It is renamed to that only when every jar has been checked, so a
    folder of this name is complete and correct. Raises JarsUnavailable, UntrustedCertificate, WrongJar, ExtraMissing,
    StateUnusable.
    """
    cache = cache or cache_directory()
    jars = read_lock() if jars is None else jars
    digest = hashlib.sha256("".join(jar.sha256 for jar in jars).encode()).hexdigest()[:16]
    folder = cache / f"kafka-{digest}"
    if not _complete(folder, jars):
        with hold_lock(cache / "kafka.lock"):
            if not _complete(folder, jars):  # another process may have fetched them while this one waited
                _fetch(jars, folder)
    return folder


def _complete(folder: Path, jars: Sequence[LockedJar]) -> bool:
    return folder.is_dir() and all((folder / jar.filename).is_file() for jar in jars)


def _fetch(jars: Sequence[LockedJar], folder: Path) -> None:
    downloads = folder.with_suffix(".part")  # kept after a failure: the next attempt continues with it
    with _systems_certificates(), _progress() as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        maven = _maven(downloads / "repository")
        task = progress.add_task("Apache Kafka", total=sum(jar.size for jar in jars))
        fetches = [pool.submit(_fetch_one, maven, jar) for jar in jars]
        try:
            for done in as_completed(fetches):
                progress.advance(task, done.result().stat().st_size)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    complete = downloads / "jars"
    shutil.rmtree(complete, ignore_errors=True)
    complete.mkdir()
    for fetch in fetches:
        fetch.result().rename(complete / fetch.result().name)
    shutil.rmtree(folder, ignore_errors=True)  # left incomplete: somebody has deleted a jar
    complete.rename(folder)
    shutil.rmtree(downloads)


def _fetch_one(maven: "MavenContext", jar: LockedJar) -> Path:
    group, name, version = jar.coordinates.split(":")
    artifact = maven.project(group, name).at_version(version).artifact()
    try:
        path = _download(artifact, jar)
    except (RuntimeError, OSError) as error:  # no such artifact; no connection; no space
        if StateUnusable.is_cause(error):
            raise StateUnusable(maven.repo_cache.parent.parent, error, "ALONGSIDE_CACHE") from error
        if (refused := _refused_certificate(error)) is not None:
            raise UntrustedCertificate(*refused) from error
        raise JarsUnavailable(f"{jar.filename}: {type(error).__name__}") from error
    if sha256_of(path) != jar.sha256:
        path.unlink()
        raise WrongJar(jar.filename)
    return path


def _may_pass(error: Exception) -> bool:
    return isinstance(error, OSError) and not StateUnusable.is_cause(error) and _verification_error(error) is None


@stamina.retry(on=_may_pass, attempts=3)
def _download(artifact: "Artifact", jar: LockedJar) -> Path:
    cached = artifact.cached_path
    if cached is not None and cached.exists() and sha256_of(cached) != jar.sha256:
        cached.unlink()  # incomplete: a run was killed or a connection broke
    return artifact.resolve()


def _maven(repository: Path) -> "MavenContext":
    try:
        from jgo.config import GlobalSettings  # noqa: PLC0415 - only where the extra is installed
        from jgo.maven import MavenContext  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise ExtraMissing("jgo", "KAFKA_BOOTSTRAP_SERVERS") from error
    mirrors = GlobalSettings.load().repositories
    return MavenContext(repo_cache=repository, local_repos=[], remote_repos=mirrors or None, timeout=TIMEOUT)


@contextmanager
def _systems_certificates() -> Iterator[None]:
    """Accept the certificates that the operating system accepts, such as those of an organisation's own authority."""
    try:
        import truststore  # noqa: PLC0415 - only where the extra is installed
    except ImportError as error:
        raise ExtraMissing("truststore", "KAFKA_BOOTSTRAP_SERVERS") from error
    truststore.inject_into_ssl()
    try:
        yield
    finally:
        truststore.extract_from_ssl()


def _verification_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def _refused_certificate(error: BaseException) -> tuple[str, str | None, str] | None:
    """Return host, issuer (if the host says) and reason of a certificate that was refused; None for another error."""
    refusal, request = _verification_error(error), getattr(error, "request", None)
    if refusal is None:
        return None
    parts = urlsplit(str(getattr(request, "url", "")))
    host = parts.hostname or "the repository"
    return host, _issuer(host, parts.port or 443), refusal.verify_message


def _issuer(host: str, port: int) -> str | None:
    try:
        shown = x509.load_pem_x509_certificate(ssl.get_server_certificate((host, port), timeout=5).encode())
    except (OSError, ValueError):  # behind a proxy
        return None
    return shown.issuer.rfc4514_string()


def _progress() -> Progress:
    columns = (TextColumn("Fetching {task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
