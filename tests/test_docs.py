"""What the documentation says is so."""

import re
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).parents[1]
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def test_every_setting_that_is_read_is_documented_and_no_other() -> None:
    read = set(re.findall(r'(?:env_\w+|secret_key)\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))

    assert read == told


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.name}: {link}"
        for page in DOCS
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
        if "://" not in link and not (page.parent / link).exists()
    ]

    assert not broken


def test_every_command_of_manage_that_is_named_exists() -> None:
    named = {name for page in DOCS for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text())}

    assert named
    assert named <= set(get_commands())


def test_every_make_target_that_is_named_exists() -> None:
    named = {
        name for page in DOCS for name in re.findall(r"\bmake (run|demo|test|lint|bench|[a-z]+(?=`))", page.read_text())
    }
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert {"run", "demo", "test"} <= named <= targets
