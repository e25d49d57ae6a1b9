"""Send the register as the command line does, in a process of its own: prints the most memory (bytes) that it had."""

import json
import os
import sys
from datetime import date
from pathlib import Path

import alongside.cli.app  # noqa: F401  # its memory counts
from alongside.client import PlatformClient, import_file
from alongside.local.issuer import Issuer
from alongside.local.platform import SERVICES, Addresses
from bench.children import peak_memory
from bench.seed import TENANT


def main() -> None:
    """Send, and print."""
    asked = json.load(sys.stdin)
    addresses = Addresses({f"ALONGSIDE_URL_{service.upper()}": asked["url"] for service in SERVICES})
    with (
        Path(asked["file"]).open("rb") as content,
        PlatformClient(addresses, Issuer(Path(asked["state"])), TENANT) as client,
    ):
        import_file(client, "schools", content, date.fromisoformat(asked["on"]))
    print(peak_memory(os.getpid()))


if __name__ == "__main__":
    main()
