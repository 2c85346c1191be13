"""The catalogue of languages is complete: whatever a page can say, it can say in Russian."""

import gettext
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.messages import CATALOGUE, FLOORS, statistics, update
from tests.services import STRICT
from tests.system.processes import ROOT

COMPILED = (ROOT / CATALOGUE).with_suffix(".mo")
PART = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture
def gnu() -> None:
    """GNU gettext, which CI has and a newcomer need not have."""
    if shutil.which("msgfmt") is None:
        (pytest.fail if STRICT else pytest.skip)("gettext is not installed (apt-get install gettext)")


def known(catalogue: Path) -> dict[str, str]:
    """What a compiled catalogue says to each string; of a plural, to each of its forms."""
    with catalogue.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    return {str(said): told for said, told in compiled._catalog.items() if said}  # type: ignore[attr-defined]


def test_every_string_is_translated(gnu: None, tmp_path: Path) -> None:
    for folder in [*FLOORS, "locale"]:
        shutil.copytree(ROOT / folder, tmp_path / folder)

    update(tmp_path, [tmp_path / floor for floor in FLOORS])

    assert re.fullmatch(r"\d+ translated messages\.", statistics(tmp_path / CATALOGUE)), "run `make messages`"


def test_what_runs_is_what_was_translated(gnu: None, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.mo"

    subprocess.run(["msgfmt", "-o", str(fresh), str(ROOT / CATALOGUE)], check=True)

    assert known(COMPILED) == known(fresh), "run `make messages`"


def test_a_translation_names_no_part_that_the_string_has_not() -> None:
    strings = {said: told for said, told in known(COMPILED).items() if not said.startswith("(")}  # no plurals

    assert [said for said, told in strings.items() if set(PART.findall(told)) - set(PART.findall(said))] == []
