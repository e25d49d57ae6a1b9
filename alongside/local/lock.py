"""The lock file of Apache Kafka's jars, with the hash of each.

`python -m alongside.local.lock` resolves the coordinates below and rewrites `kafka.lock`; run it to change the version.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = Path(__file__).with_name("kafka.lock")

# Resolved separately: log4j's bill of materials would otherwise select an older version of Kafka's own client.
WANTED = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",  # without a binding Kafka logs nothing
)


@dataclass(frozen=True)
class LockedJar:
    """One jar: Maven coordinates (`group:artifact:version`), size in bytes, SHA-256 in hex."""

    coordinates: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"


def read_lock(path: Path = LOCK_FILE) -> list[LockedJar]:
    """Read the jars of a lock file; each line has SHA-256, bytes and coordinates."""
    lines = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [LockedJar(coordinates, int(size), sha256) for sha256, size, coordinates in lines]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(path: Path = LOCK_FILE) -> None:
    """Resolve `WANTED`, download the jars to a temporary folder and write the lock file."""
    from jgo.maven import MavenContext  # noqa: PLC0415 - only where the extra is installed

    lines = []
    with tempfile.TemporaryDirectory() as folder:
        maven = MavenContext(repo_cache=Path(folder))
        for coordinates in WANTED:
            inputs, needed = maven.resolver.resolve([maven.create_dependency(coordinates)])
            for dependency in inputs + needed:
                jar = dependency.artifact.resolve()
                name = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
                lines.append(f"{sha256_of(jar)} {jar.stat().st_size:>9} {name}")
    header = "# Written by `python -m alongside.local.lock`: SHA-256, bytes, Maven coordinates.\n"
    path.write_text(header + "\n".join(sorted(set(lines), key=lambda line: line.split()[2])) + "\n")


if __name__ == "__main__":
    write_lock()
