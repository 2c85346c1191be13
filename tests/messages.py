"""`make messages`: brings the catalogue up to the strings of the code, and compiles it. GNU gettext does both."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.system.processes import PYTHON, ROOT

FLOORS = ["campaigns", "postbacks", "delivery"]
CATALOGUE = Path("locale", "ru", "LC_MESSAGES", "django.po")
UPDATE = ["makemessages", "--locale", "ru", "--add-location", "file", "--no-wrap", "--no-obsolete"]


def update(root: Path, folders: list[Path]) -> None:
    """Write what these folders say into the catalogue below root: new strings come empty."""
    ignored = [f"--ignore={entry.name}" for entry in root.iterdir() if entry.is_dir() and entry not in folders]
    kept = [argument for argument in ignored if argument != "--ignore=locale"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([PYTHON, "-m", "django", *UPDATE, *kept], cwd=root, env=environment, check=True)


def statistics(catalogue: Path) -> str:
    """What msgfmt says: “1019 translated messages.” and, if there are any, how many are fuzzy or untranslated."""
    command = ["msgfmt", "--check", "--statistics", "--output-file=/dev/null", str(catalogue)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"LC_ALL": "C"})
    return done.stderr.strip().splitlines()[-1]


def main() -> int:
    """Exit status 1: there is something to translate."""
    if shutil.which("msgfmt") is None:
        print("GNU gettext is missing. On Debian and Ubuntu: apt-get install gettext")
        return 1
    update(ROOT, [ROOT / floor for floor in FLOORS])
    subprocess.run(["msgfmt", "-o", str((ROOT / CATALOGUE).with_suffix(".mo")), str(ROOT / CATALOGUE)], check=True)
    said = statistics(ROOT / CATALOGUE)
    print(said)
    return int("fuzzy" in said or "untranslated" in said)


if __name__ == "__main__":
    sys.exit(main())
