"""Kafka's jars are fetched once, checked, and never half there; the repository here is a small one on loopback."""

import errno
import gc
import hashlib
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from alongside.local.cache import kafka_jars
from alongside.local.errors import JarsUnavailable, StateUnusable, UntrustedCertificate, WrongJar
from alongside.local.lock import LockedJar

CONTENT = {f"/org/example/part-{number}/1.0/part-{number}-1.0.jar": f"jar {number} ".encode() * 500 for number in "abc"}


class Repository(ThreadingHTTPServer):
    """Serves some jars and counts who asked for which."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.served = dict(CONTENT)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Repository

    def do_GET(self) -> None:
        body = self.server.served.get(self.path)
        if self.path.endswith(".jar"):
            self.server.asked.append(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden name
        """Say nothing."""


def use(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = folder / "jgo.conf"
    configuration.write_text(f"[repositories]\nhere = {url}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(configuration))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    with Repository() as server:
        use(server.url, tmp_path, monkeypatch)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def jars() -> list[LockedJar]:
    return [
        LockedJar(f"org.example:{path.split('/')[3]}:1.0", len(body), hashlib.sha256(body).hexdigest())
        for path, body in CONTENT.items()
    ]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_jar_is_fetched_and_asked_for_once(repository: Repository, jars: list[LockedJar], tmp_path: Path) -> None:
    first = kafka_jars(tmp_path / "cache", jars)
    second = kafka_jars(tmp_path / "cache", jars)

    assert first == second
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.rpartition("/")[2]: body for path, body in CONTENT.items()
    }
    assert sorted(repository.asked) == sorted(CONTENT)


def test_two_at_the_same_time_fetch_once(repository: Repository, jars: list[LockedJar], tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = [pool.submit(kafka_jars, tmp_path / "cache", jars) for _ in range(4)]

    assert len({folder.result() for folder in folders}) == 1
    assert sorted(repository.asked) == sorted(CONTENT)


def test_a_jar_of_another_hash_is_refused_and_thrown_away(
    repository: Repository, jars: list[LockedJar], tmp_path: Path
) -> None:
    changed = next(iter(CONTENT))
    repository.served[changed] = b"something else"

    with pytest.raises(WrongJar, match=r"part-a-1\.0\.jar .*KAFKA_BOOTSTRAP_SERVERS"):
        kafka_jars(tmp_path / "cache", jars)
    repository.served = dict(CONTENT)

    assert len(names(kafka_jars(tmp_path / "cache", jars))) == len(CONTENT)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # jgo leaves the socket of a refused download open
def test_a_download_that_was_cut_off_is_fetched_again_and_the_others_are_kept(
    repository: Repository, jars: list[LockedJar], tmp_path: Path
) -> None:
    missing = list(CONTENT)[-1]
    del repository.served[missing]
    with pytest.raises(JarsUnavailable):
        kafka_jars(tmp_path / "cache", jars)
    gc.collect()  # here, where the warning is expected
    (cut,) = (tmp_path / "cache").rglob("part-a-1.0.jar")
    cut.write_bytes(b"jar a")
    repository.served = dict(CONTENT)
    repository.asked.clear()

    folder = kafka_jars(tmp_path / "cache", jars)

    assert (folder / "part-a-1.0.jar").stat().st_size == jars[0].size
    assert sorted(repository.asked) == sorted([next(iter(CONTENT)), missing])


def test_a_jar_taken_out_of_the_cache_is_put_back(
    repository: Repository, jars: list[LockedJar], tmp_path: Path
) -> None:
    folder = kafka_jars(tmp_path / "cache", jars)
    (folder / "part-b-1.0.jar").unlink()

    assert len(names(kafka_jars(tmp_path / "cache", jars))) == len(CONTENT)


def test_without_a_network_the_error_names_the_way_out(
    jars: list[LockedJar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Repository() as gone:
        closed = gone.url
    use(closed, tmp_path, monkeypatch)

    with pytest.raises(JarsUnavailable, match=r"could not be fetched .* KAFKA_BOOTSTRAP_SERVERS"):
        kafka_jars(tmp_path / "cache", jars)


def test_the_cache_is_where_the_environment_says(
    repository: Repository, jars: list[LockedJar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALONGSIDE_CACHE", str(tmp_path / "elsewhere"))

    assert kafka_jars(jars=jars).parent == tmp_path / "elsewhere"


@dataclass(frozen=True)
class Authority:
    """A certificate authority that only the system knows, and a repository with its certificate."""

    repository: Repository
    certificate: Path


@pytest.fixture
def behind_authority(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Aire Valley Council")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "authority.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "authority.pem", tmp_path / "key.pem")
    repository.socket = server.wrap_socket(repository.socket, server_side=True)
    use(f"https://localhost:{repository.server_port}", tmp_path, monkeypatch)
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"):
        monkeypatch.delenv(variable, raising=False)
    return Authority(repository, tmp_path / "authority.pem")


def test_an_authority_of_the_system_is_trusted(
    behind_authority: Authority, jars: list[LockedJar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(behind_authority.certificate))  # OpenSSL's name for the system's store

    assert len(names(kafka_jars(tmp_path / "cache", jars))) == len(CONTENT)


def test_a_certificate_that_is_not_trusted_is_named_at_once_and_nothing_is_logged(
    behind_authority: Authority,
    jars: list[LockedJar],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(UntrustedCertificate) as refused:
        kafka_jars(tmp_path / "cache", jars)

    assert "the certificate of localhost, issued by “O=Aire Valley Council”, is not trusted here" in str(refused.value)
    assert "SSL_CERT_FILE" in str(refused.value)
    assert "retry" not in capfd.readouterr().out + caplog.text


def test_a_cache_without_space_is_named(
    repository: Repository, jars: list[LockedJar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("alongside.local.cache._download", full)

    with pytest.raises(StateUnusable, match=r"no space left for the cache folder .*/cache\. .* ALONGSIDE_CACHE"):
        kafka_jars(tmp_path / "cache", jars)
