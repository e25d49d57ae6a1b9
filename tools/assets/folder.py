"""The folder of built assets: files whose names hold a hash of their content, and a manifest of these names."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from tools.assets.paths import HERE

MANIFEST = "manifest.json"
BUILT_FROM = "built-from.txt"
SOURCES = ("*.py", "*.json", "*.txt", "scss/*.scss", "js/*.js")


def digest_of_sources(root: Path = HERE) -> str:
    """Return the SHA-256 of everything that the assets are made of, in hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in root.glob(pattern)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def hashed_name(name: str, content: bytes) -> str:
    """Return the file name with the first twelve digits of the content's SHA-256: portal-0123456789ab.css."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


class AssetFolder:
    """Files to write, with their logical names."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._contents: dict[str, bytes] = {}

    def add(self, name: str, content: bytes, *, hashed: bool = True) -> str:
        """Add a file, and return the name under which it is stored. Without a hash it is not in the manifest."""
        stored = hashed_name(name, content) if hashed else name
        if hashed:
            self.names[name] = stored
        self._contents[stored] = content
        return stored

    def write(self, folder: Path, digest: str) -> None:
        """Write all files, the manifest and the digest of the sources, and delete what earlier builds left."""
        manifest = json.dumps(self.names, indent=1, sort_keys=True) + "\n"
        contents = {**self._contents, MANIFEST: manifest.encode(), BUILT_FROM: f"{digest}\n".encode()}
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if path.is_file() and path.name not in contents:
                path.unlink()
        for name, content in contents.items():
            (folder / name).write_bytes(content)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield each logical name with the size of its file as gzip sends it, in bytes."""
        for name, stored in self.names.items():
            yield name, len(gzip.compress(self._contents[stored], mtime=0))
