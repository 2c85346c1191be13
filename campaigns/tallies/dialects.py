"""How a declaration reads in SQL, where the databases differ and where they do not."""

import re
from collections.abc import Collection

from campaigns.models.tally import TallyChange
from campaigns.tallies.counted import Counted
from campaigns.tallies.rollups import Unit, oldest

CHANGES = TallyChange._meta.db_table
GROUP = ("measure", "source", "campaign", "rule", "receiver", "word")
MILLISECONDS = re.compile(r"MILLISECONDS\(([\w.]+), ([\w.]+)\)")

MINUTE = {
    "postgresql": "floor(extract(epoch FROM {0}) / 60)::int",
    # without its seconds, which SQLite would round
    "sqlite": "CAST(strftime('%s', substr({0}, 1, 16)) AS INTEGER) / 60",
}
DURATION = {
    "postgresql": r"(extract(epoch FROM \2 - \1) * 1000)::float8",
    "sqlite": r"((julianday(\2) - julianday(\1)) * 86400000.0)",
}


def selection(counted: Counted, vendor: str, rows: str, row: str, number: int = 1) -> str:
    """What each of the rows counts as."""
    values = [f"{getattr(counted, name)} AS {name}" for name in GROUP]
    values += [f"{MINUTE[vendor].format(counted.created)} AS minute", f"{number} AS number"]
    text = f"SELECT {', '.join(values)} FROM {rows}{_joined(counted, vendor, row)} WHERE {counted.where}"
    return re.sub(r"\brow\.", f"{row}.", MILLISECONDS.sub(DURATION[vendor], text))


def noted(select: str, *, pruned: bool = False) -> str:
    """The statement that notes what these rows count as, summed up."""
    names = ", ".join((*GROUP, "minute"))
    extra_name, extra = (", pruned", ", TRUE") if pruned else ("", "")
    return (
        f"INSERT INTO {CHANGES} ({names}, number{extra_name}) SELECT {names}, sum(number){extra} "
        f"FROM ({select}) AS changed GROUP BY {names} HAVING sum(number) <> 0"
    )


def whole_table(counted: Counted, vendor: str) -> str:
    """What all its rows count as, summed up; those of long ago by the hour or the day."""
    rows = selection(counted, vendor, f"{counted.table} AS counted", "counted")
    minute = (
        f"CASE WHEN minute < {oldest(Unit.HOUR)} THEN minute / 1440 * 1440 "
        f"WHEN minute < {oldest(Unit.MINUTE)} THEN minute / 60 * 60 ELSE minute END"
    )
    names = ", ".join(GROUP)
    return f"SELECT {names}, {minute} AS minute, sum(number) AS number FROM ({rows}) AS counted GROUP BY {names}, 7"


def some_noted(counted: Counted, vendor: str, column: str, ids: Collection[int]) -> str:
    """The statement that notes rows that will be pruned."""
    rows = selection(counted, vendor, f"{counted.table} AS counted", "counted")
    return noted(f"{rows} AND counted.{column} IN ({', '.join(map(str, map(int, ids)))})", pruned=True)


def _joined(counted: Counted, vendor: str, row: str) -> str:
    """Of a whole table a plain join; of the rows of one statement a look at each, whatever a planner thinks."""
    if not (join := counted.join):
        return ""
    if vendor == "postgresql" and row != "counted":
        looked = f"SELECT * FROM {join.table} WHERE id = row.{join.column} LIMIT 1"
        return f" CROSS JOIN LATERAL ({looked}) AS {join.alias}"
    return f" JOIN {join.table} AS {join.alias} ON {join.alias}.id = row.{join.column}"
