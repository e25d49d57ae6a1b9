"""What somebody said, for those who may read it."""

from typing import Any
from uuid import UUID

from services.matching.domain.wishes import Kind
from shared.kernel.reader import Reader


async def said(reader: Reader, kind: Kind, person_id: UUID) -> dict[str, Any]:
    """Names as the person said them and as a lead passed them on, under the ids of the records that stand for them.

    None where nothing was said, or where the person is not known.
    """
    rows = await reader.connection.fetch(
        f"""select s.{kind} as names, s.{kind}_passed_on as passed_on
            from said s left join merges m on m.tenant = s.tenant and m.merged_id = s.person_id
            where s.person_id = $1 or m.kept_id = $1
            order by (s.person_id <> $1), s.person_id""",
        person_id,
    )
    kept = {
        str(row["merged_id"]): str(row["kept_id"])
        for row in await reader.connection.fetch("select merged_id, kept_id from merges")
    }

    def told(column: str) -> list[str] | None:
        lists = [row[column] for row in rows if row[column] is not None]
        return list(dict.fromkeys(kept.get(name, name) for names in lists for name in names)) if lists else None

    return {"person_id": person_id, "names": told("names"), "passed_on": told("passed_on")}
