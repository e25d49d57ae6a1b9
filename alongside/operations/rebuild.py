"""Rebuild a read model from its events."""

from collections.abc import Callable
from functools import partial

from alongside.local.platform import SERVICES, Addresses
from alongside.operations.services import Unknown, load_service, worker_pool
from shared.kernel.postgres import read_models
from shared.kernel.postgres.status import status
from shared.kernel.readmodel import ReadModel


async def rebuild_read_model(addresses: Addresses, name: str, progress: Callable[[int, int], None]) -> tuple[str, int]:
    """Rebuild a read model, given as `NAME` or `SERVICE.NAME`, while the live version answers.

    `progress` is called with the last position of the store and the position reached. Returns the service's name and
    the new version's number. Raises `Unknown`, also if several services have a read model of this name.
    """
    service, model = _find_read_model(name)
    async with worker_pool(addresses, service) as pool:
        last = (await status(service, pool)).head
        version = await read_models.rebuild_read_model(pool, model, progress=partial(progress, last))
    return service, version


def _find_read_model(name: str) -> tuple[str, ReadModel]:
    models = {
        f"{service}.{model.name}": (service, model)
        for service in SERVICES
        for model in load_service(service).read_models
    }
    matching = [full_name for full_name in models if name in (full_name, full_name.partition(".")[2])]
    if len(matching) > 1:
        raise Unknown(f"Several services have a read model {name}: say {' or '.join(matching)}.")
    if not matching:
        raise Unknown(f"There is no read model {name}. The read models are {', '.join(sorted(models))}.")
    return models[matching[0]]
