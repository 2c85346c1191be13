"""Which rows are counted, and as what: a short declaration that becomes triggers."""

from dataclasses import dataclass, field

REST = "*"  # '*waiting': the number of all rows, of which those that no other word counts are 'waiting'


@dataclass(frozen=True, slots=True)
class Join:
    """A row of another table that the expressions speak of by that table's alias."""

    table: str
    alias: str
    column: str  # of the counted row: the other's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The rows of a table that are counted. All but names are SQL; `row.` stands before the counted row's columns.

    `MILLISECONDS(a, b)` is how much later b is than a.
    """

    name: str  # of its triggers
    table: str
    measure: str
    created: str = "row.created"
    source: str = "0"
    campaign: str = "0"
    rule: str = "0"
    receiver: str = "0"
    word: str = "''"
    where: str = "TRUE"
    join: Join | None = None
    moved_by: tuple[str, ...] = ()  # columns whose change may make a row count as another
    moves_often: bool = False  # they change in many rows at once, so that these are better looked at together


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is counted, told in each floor's AppConfig.ready."""

    counted: list[Counted] = field(default_factory=list)


everything = Everything()
