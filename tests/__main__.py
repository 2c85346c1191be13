"""`make test`: everything this machine can run, on SQLite, and then once more on PostgreSQL where one answers.

Faults are tried once, in the first run: they start servers of their own, whatever database the others use.

What needs a server that is not there is skipped with its reason, and fails with REQUIRE_SERVICES=1.
"""

import os
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

from tests.services import SERVICES, STRICT, answers

WITHOUT_DATABASE = ["tests/bench", "tests/config", "tests/delivery/transport"]  # once is enough


def run(title: str, *arguments: str, **environment: str) -> int:
    """Run pytest in a process of its own, with a data folder of its own."""
    print(f"\n== {title}", flush=True)
    with tempfile.TemporaryDirectory(prefix="postbacks-test-") as folder:
        environment = {**os.environ, "POSTBACK_DATA_DIR": folder, **environment}
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


def main() -> int:
    """The worst exit status of all runs."""
    chosen = sys.argv[1:]
    code = run("SQLite, and whole installations on every server", *chosen, DATABASE_URL="")
    url = SERVICES["postgresql"]
    if not answers(url, 5432) and not STRICT:
        print(f"\n== PostgreSQL: skipped, for nothing answers at {urlsplit(url).netloc}")
        return code
    chosen += [f"--ignore={folder}" for folder in WITHOUT_DATABASE]
    on_postgresql = run("PostgreSQL", "-m", "not services and not browser and not faults", *chosen, DATABASE_URL=url)
    return code or on_postgresql


if __name__ == "__main__":
    sys.exit(main())
