"""Many rows in one statement. The one place that knows a faster way than Django's `bulk_create`.

On PostgreSQL a column goes over as one array, or as one value where it is the same in every row, as most are.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, connections
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

# of these types a value goes over as it is: Django would look at each for nothing
PLAIN = {"varchar": {str}, "text": {str}, "bigint": {int}, "integer": {int}}
Column = tuple[str, str, Any, bool]  # its name and type, what stands in it, and whether that is an array


def insert(rows: Sequence[Model], *, skip_doubles: bool = False) -> None:
    """Insert them; they get their ids, unless doubles are skipped."""
    if not rows:
        return
    model = type(rows[0])
    columns = _columns(rows) if connection.vendor == "postgresql" and len(rows) > 1 else []
    if not any(is_array for _name, _type, _values, is_array in columns):
        model._default_manager.bulk_create(rows, ignore_conflicts=skip_doubles)
        return
    ids = _execute(model, columns, "ON CONFLICT DO NOTHING" if skip_doubles else "RETURNING id")
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    for row, pk in zip(rows, ids, strict=False):  # no ids where doubles are skipped
        row.pk = pk


def update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these fields of rows that are there."""
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=names)


def _execute(model: type[Model], columns: list[Column], ending: str) -> list[int]:
    quoted = {name: connection.ops.quote_name(name) for name, _type, _values, _is_array in columns}
    arrays = [column for column in columns if column[3]]
    alone = [column for column in columns if not column[3]]
    wanted = [quoted[name] for name, *_ in arrays] + [f"%s::{kind}" for _name, kind, *_ in alone]
    sql = (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} "  # noqa: S608 - all names are the models' own
        f"({', '.join(quoted[name] for name, *_ in arrays + alone)}) SELECT {', '.join(wanted)} "
        f"FROM unnest({', '.join(f'%s::{kind}[]' for _name, kind, *_ in arrays)}) "
        f"AS given({', '.join(quoted[name] for name, *_ in arrays)}) {ending}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [values for _name, _kind, values, _is_array in alone + arrays])
        return [pk for (pk,) in cursor.fetchall()] if cursor.description else []


def _columns(rows: Sequence[Model]) -> list[Column]:
    """What is to be written; nothing where a row has an expression, which only Django can write."""
    columns: list[Column] = []
    for field in type(rows[0])._meta.concrete_fields:
        values = _values(field, rows)
        kinds = set(map(type, values))
        if kinds == {DatabaseDefault} or (field.primary_key and kinds == {type(None)}):
            continue
        if any(hasattr(kind, "resolve_expression") for kind in kinds):
            return []
        columns.append(_column(field, values))
    return columns


def _values(field: "Field[Any, Any]", rows: Sequence[Model]) -> list[Any]:
    if type(field).pre_save is Field.pre_save:
        return [row.__dict__[field.attname] for row in rows]
    return [field.pre_save(row, True) for row in rows]  # sets the time of an auto_now


def _column(field: "Field[Any, Any]", values: list[Any]) -> Column:
    # not varchar(64)[]: a cast to that would cut what is too long, where the column refuses it
    kind = (field.db_type(connection) or "").partition("(")[0]
    if values.count(values[0]) == len(values):
        return field.column, kind, field.get_db_prep_save(values[0], connection), False
    if PLAIN.get(kind) != set(map(type, values)):
        database = connections[connection.alias]  # what `connection` looks up each time it is asked for anything
        values = [field.get_db_prep_save(value, database) for value in values]
    return field.column, kind, values, True
