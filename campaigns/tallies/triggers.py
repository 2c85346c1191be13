"""The triggers that keep the counts, whoever writes the rows: the ORM, a statement of ours, or a person in a shell.

A migration says `operations = [.., *triggers.counting(COUNTED)]`: rows that are there are counted, and from then on
every change is. On SQLite, where Django makes a table anew to alter it, the triggers are taken away before
migrations and set again after them (`before_migrate`, `after_migrate`).
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction
from django.db.migrations import RunPython

from campaigns.models.tally import Tally, TallyChange
from campaigns.tallies.counted import Counted, everything
from campaigns.tallies.dialects import noted, selection, whole_table

ONE = "(SELECT 1) AS one"  # no table to select from: the row is the trigger's OLD or NEW


def counting(*all_counted: Counted) -> list[RunPython]:
    """What a migration does to have these rows counted."""

    def forward(_apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        for counted in all_counted:
            setting = created(counted, vendor) if vendor == "postgresql" else []
            _run(schema_editor, [*setting, noted(whole_table(counted, vendor))])

    def backward(_apps: Any, schema_editor: Any) -> None:
        for counted in all_counted:
            _run(schema_editor, dropped(counted, schema_editor.connection.vendor))

    return [RunPython(forward, backward)]


def _run(schema_editor: Any, statements: list[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, None)  # no values: % means itself


def created(counted: Counted, vendor: str) -> list[str]:
    """The statements that set its triggers."""
    return _postgresql(counted) if vendor == "postgresql" else _sqlite(counted)


def dropped(counted: Counted, vendor: str) -> list[str]:
    """The statements that take them away."""
    events = ("added", "moved", "gone")
    if vendor == "postgresql":
        return [f"DROP FUNCTION IF EXISTS tally_{counted.name}_{event}() CASCADE" for event in events]
    return [f"DROP TRIGGER IF EXISTS tally_{counted.name}_{event}" for event in events]


def _postgresql(counted: Counted) -> list[str]:
    """One look at all rows of a statement; where rows hardly ever move, a look at those whose columns changed."""
    added = selection(counted, "postgresql", "added", "added")
    gone = selection(counted, "postgresql", "gone", "gone", -1)
    statements = [
        *_function(counted, "added", noted(added), "INSERT", "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"),
        *_function(counted, "gone", noted(gone), "DELETE", "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT"),
    ]
    if counted.moves_often:
        both = noted(f"{gone} UNION ALL {added}")
        tables = "REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT"
        statements += _function(counted, "moved", both, "UPDATE", tables)
    elif counted.moved_by:
        when = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in counted.moved_by)
        event = f"UPDATE OF {', '.join(counted.moved_by)}"
        moved = _function(counted, "moved", noted(_moved(counted, "postgresql")), event, f"FOR EACH ROW WHEN ({when})")
        statements += moved
    return statements


def _function(counted: Counted, name: str, body: str, event: str, how: str) -> list[str]:
    function = f"tally_{counted.name}_{name}"
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$tally$ BEGIN {body}; RETURN NULL; END $tally$",
        f"CREATE TRIGGER {function} AFTER {event} ON {counted.table} {how} EXECUTE FUNCTION {function}()",
    ]


def _sqlite(counted: Counted) -> list[str]:
    """A look at each row."""
    bodies = {
        "added": ("INSERT", "TRUE", selection(counted, "sqlite", ONE, "NEW")),
        "gone": ("DELETE", "TRUE", selection(counted, "sqlite", ONE, "OLD", -1)),
    }
    if counted.moved_by:
        when = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in counted.moved_by)
        bodies["moved"] = (f"UPDATE OF {', '.join(counted.moved_by)}", when, _moved(counted, "sqlite"))
    return [
        f"CREATE TRIGGER IF NOT EXISTS tally_{counted.name}_{name} AFTER {event} ON {counted.table} "
        f"FOR EACH ROW WHEN {when} BEGIN {noted(body)}; END"
        for name, (event, when, body) in bodies.items()
    ]


def _moved(counted: Counted, vendor: str) -> str:
    """One fewer of what it was, one more of what it is."""
    was, now = selection(counted, vendor, ONE, "OLD", -1), selection(counted, vendor, ONE, "NEW")
    return f"{was} UNION ALL {now}"


def before_migrate(using: str, plan: Sequence[Any] = (), **_kwargs: Any) -> None:
    """SQLite alters a table by making it anew, and cannot while a trigger of another speaks of it."""
    if plan and connections[using].vendor == "sqlite":
        _execute(using, [statement for counted in everything.counted for statement in dropped(counted, "sqlite")])


def after_migrate(using: str, **_kwargs: Any) -> None:
    """The triggers of SQLite are set again; where a flush has emptied all tables, nothing has been counted."""
    connection = connections[using]
    there = set(connection.introspection.table_names())
    if not {TallyChange._meta.db_table, *(counted.table for counted in everything.counted)} <= there:
        return  # somebody went back to an early migration
    if connection.vendor == "sqlite":
        _execute(using, [text for counted in everything.counted for text in created(counted, "sqlite")])
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_any(counted) for counted in everything.counted))
        if not cursor.fetchone():
            TallyChange.objects.using(using).all().delete()
            Tally.objects.using(using).all().delete()


def _any(counted: Counted) -> str:
    return f"SELECT * FROM (SELECT 1 FROM {counted.table} LIMIT 1) AS one"


def _execute(using: str, statements: list[str]) -> None:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
