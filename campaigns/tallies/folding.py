"""The fold: what the triggers noted is summed up, so that reading it stays cheap."""

from django.db import connection, transaction

from campaigns.models.tally import Grain, Tally, TallyChange
from campaigns.tallies.dialects import CHANGES, GROUP
from campaigns.tallies.rollups import DIMENSIONS, ROLLUPS, Rollup, Unit, oldest

AT_ONCE = 20_000  # changes in one transaction
TALLIES = Tally._meta.db_table
KEY = ", ".join(("grain", "measure", "slot", *DIMENSIONS, "word"))
SHORT_LIVED = {
    Unit.MINUTE: [Grain.SOURCE_MINUTE],
    Unit.HOUR: [Grain.SOURCE_HOUR, Grain.RECEIVER_HOUR, Grain.RULE_HOUR, Grain.PRUNED_HOUR],
}


def fold() -> int:
    """Sum some changes up; how many. Safe beside writers, readers and other folds: nothing is lost or read twice."""
    if not TallyChange.objects.exists():
        return 0
    with transaction.atomic():
        taken = _fold_at_once() if connection.vendor == "postgresql" else _fold_alone()
        for unit, grains in SHORT_LIVED.items():
            Tally.objects.filter(grain__in=grains, slot__lt=oldest(unit) // unit).delete()
    return taken


def fold_all() -> None:
    """Sum up whatever there is."""
    while fold() == AT_ONCE:
        pass


def _fold_at_once() -> int:
    """In one statement, so that no snapshot shows a change both here and there; each change is taken by one fold."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH taken AS (DELETE FROM {CHANGES} WHERE id IN "
            f"(SELECT id FROM {CHANGES} ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING *), "
            f"summed AS MATERIALIZED ({_summed('taken')}), added AS ({_added()}) SELECT count(*) FROM taken",
            [AT_ONCE],
        )
        return int(cursor.fetchone()[0])


def _fold_alone() -> int:
    """On SQLite whoever writes is alone."""
    ids = list(TallyChange.objects.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH summed AS ({_summed(f'{CHANGES} WHERE id <= %s')}) {_added()}", [ids[-1]])
        TallyChange.objects.filter(pk__lte=ids[-1]).delete()
    return len(ids)


def _summed(rows: str) -> str:
    """First by all there is, for of many changes few groups are left."""
    names = ", ".join((*GROUP, "minute", "pruned"))
    return f"SELECT {names}, sum(number) AS number FROM {rows} GROUP BY {names}"


def _added() -> str:
    """In one order, so that no two folds wait for one another."""
    return (
        f"INSERT INTO {TALLIES} ({KEY}, number) SELECT {KEY}, sum(number) "
        f"FROM ({' UNION ALL '.join(map(_rolled_up, ROLLUPS))}) AS rolled WHERE TRUE "
        f"GROUP BY {KEY} HAVING sum(number) <> 0 ORDER BY {KEY} "
        f"ON CONFLICT ({KEY}) DO UPDATE SET number = {TALLIES}.number + excluded.number"
    )


def _rolled_up(rollup: Rollup) -> str:
    dimensions = ", ".join(name if name in rollup.dimensions else f"0 AS {name}" for name in DIMENSIONS)
    where = " WHERE pruned" if rollup.only_pruned else ""
    return (
        f"SELECT {rollup.grain.value} AS grain, measure, minute / {rollup.unit.value} AS slot, {dimensions}, word, "
        f"number FROM summed{where}"
    )
