"""Kafka's jars are fetched once, checked, and never half there; the repository here is a small one on loopback."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from alongside.local.cache import kafka_jars
from alongside.local.errors import JarsUnavailable, WrongJar
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
def wanted() -> list[LockedJar]:
    return [
        LockedJar(f"org.example:{path.split('/')[3]}:1.0", len(body), hashlib.sha256(body).hexdigest())
        for path, body in CONTENT.items()
    ]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_jar_is_fetched_and_asked_for_once(
    repository: Repository, wanted: list[LockedJar], tmp_path: Path
) -> None:
    first = kafka_jars(tmp_path / "cache", wanted)
    second = kafka_jars(tmp_path / "cache", wanted)

    assert first == second
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {
        path.rpartition("/")[2]: body for path, body in CONTENT.items()
    }
    assert sorted(repository.asked) == sorted(CONTENT)


def test_two_at_the_same_time_fetch_once(repository: Repository, wanted: list[LockedJar], tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = [pool.submit(kafka_jars, tmp_path / "cache", wanted) for _ in range(4)]

    assert len({folder.result() for folder in folders}) == 1
    assert sorted(repository.asked) == sorted(CONTENT)


def test_a_jar_of_another_hash_is_refused_and_thrown_away(
    repository: Repository, wanted: list[LockedJar], tmp_path: Path
) -> None:
    changed = next(iter(CONTENT))
    repository.served[changed] = b"something else"

    with pytest.raises(WrongJar, match=r"part-a-1\.0\.jar .*KAFKA_BOOTSTRAP_SERVERS"):
        kafka_jars(tmp_path / "cache", wanted)
    repository.served = dict(CONTENT)

    assert len(names(kafka_jars(tmp_path / "cache", wanted))) == len(CONTENT)


def test_a_download_that_was_cut_off_is_fetched_again_and_the_others_are_kept(
    repository: Repository, wanted: list[LockedJar], tmp_path: Path
) -> None:
    missing = list(CONTENT)[-1]
    del repository.served[missing]
    with pytest.raises(JarsUnavailable):
        kafka_jars(tmp_path / "cache", wanted)
    (cut,) = (tmp_path / "cache").rglob("part-a-1.0.jar")
    cut.write_bytes(b"jar a")
    repository.served = dict(CONTENT)
    repository.asked.clear()

    folder = kafka_jars(tmp_path / "cache", wanted)

    assert (folder / "part-a-1.0.jar").stat().st_size == wanted[0].size
    assert sorted(repository.asked) == sorted([next(iter(CONTENT)), missing])


def test_a_jar_taken_out_of_the_cache_is_put_back(
    repository: Repository, wanted: list[LockedJar], tmp_path: Path
) -> None:
    folder = kafka_jars(tmp_path / "cache", wanted)
    (folder / "part-b-1.0.jar").unlink()

    assert len(names(kafka_jars(tmp_path / "cache", wanted))) == len(CONTENT)


def test_without_a_network_the_error_names_the_way_out(
    wanted: list[LockedJar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Repository() as gone:
        closed = gone.url
    use(closed, tmp_path, monkeypatch)

    with pytest.raises(JarsUnavailable, match=r"could not be fetched .* KAFKA_BOOTSTRAP_SERVERS"):
        kafka_jars(tmp_path / "cache", wanted)


def test_the_cache_is_where_the_environment_says(
    repository: Repository, wanted: list[LockedJar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALONGSIDE_CACHE", str(tmp_path / "elsewhere"))

    assert kafka_jars(jars=wanted).parent == tmp_path / "elsewhere"
