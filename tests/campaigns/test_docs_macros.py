"""docs/macros.md held against the code, both ways."""

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns import macros, php
from campaigns.macro_names import MACROS, WELL_KNOWN_PARAMETERS, Kind
from campaigns.macros import Facts

PAGE = (Path(__file__).parents[2] / "docs" / "macros.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")
RANGE = re.compile(r"(\w*?)(\d+)\.\.(\d+)")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of each row of the section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def spelled_out(cell: str) -> list[str]:
    """`sub1..30` stands for thirty names."""
    names = []
    for name in CODE.findall(cell):
        span = RANGE.fullmatch(name)
        numbers = range(int(span[2]), int(span[3]) + 1) if span else []
        names += [f"{span[1]}{number}" for number in numbers] if span else [name]
    return names


def value_of(kind: Kind, sample: str) -> Any:
    if kind is Kind.MONEY:
        return Decimal(sample)
    return datetime.fromisoformat(f"{sample}+00:00") if kind is Kind.TIME else sample


SAMPLES = Facts(values={macro.name: value_of(macro.kind, macro.sample) for macro in MACROS.values()}, parameters={})


def test_the_table_has_every_macro_and_no_other():
    names = [name for row in rows("All macros") for name in spelled_out(row[0])]

    assert sorted(names) == sorted(MACROS)


def test_the_table_has_every_alias_and_no_other():
    told = [name for row in rows("All macros") for name in spelled_out(row[1])]

    assert sorted(told) == sorted(alias for macro in MACROS.values() for alias in macro.aliases)


@pytest.mark.parametrize("row", rows("All macros"), ids=lambda row: row[0])
def test_a_row_says_what_the_code_says(row):
    macro = MACROS[spelled_out(row[0])[0]]

    assert spelled_out(row[1])[:1] == list(macro.aliases[:1])
    assert CODE.findall(row[3]) == [macro.sample]
    assert row[2] == macro.meaning or ".." in row[0]


@pytest.mark.parametrize("row", rows("Examples"), ids=lambda row: row[0])
def test_an_example_gives_what_the_page_says(row):
    template, result = (CODE.findall(cell)[0] for cell in row)

    assert macros.render(template, SAMPLES) == macros.Rendered(text=result)


def test_every_letter_of_a_date_is_told_with_what_it_writes():
    told = {CODE.findall(row[0])[0]: CODE.findall(row[2])[0] for row in rows("Letters of a date")}
    moment = datetime(2026, 3, 9, 8, 5, 7, tzinfo=ZoneInfo("Europe/Kyiv"))

    assert told == {letter: php.date(letter, moment) for letter in php.DATE_LETTERS}


def test_every_parameter_that_needs_no_declaring_is_told():
    assert sorted(CODE.findall(section("Parameters that need no declaring"))) == sorted(WELL_KNOWN_PARAMETERS)


def test_every_macro_that_the_page_mentions_exists():
    mentioned = [placeholder.name for code in CODE.findall(PAGE) for placeholder in macros.placeholders(code)]

    assert {name for name in mentioned if macros.unknown(f"{{{name}}}")} == {"name", "SUBID"}
