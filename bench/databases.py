"""Databases of our own on the PostgreSQL server: made, copied, and dropped at the end."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

PREFIX = "postbacks_bench_"
SORTING = "-c maintenance_work_mem=512MB -c max_parallel_maintenance_workers=2"  # an index is made in one go


class Databases:
    """All that this run makes. A name once built is kept to the end; a copy is as fresh as its original."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._connection = psycopg2.connect(server)
        self._connection.autocommit = True
        self._built: set[str] = set()
        self._copies = 0
        self.drop_left_over()

    def url(self, name: str) -> str:
        """Where it is."""
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self._whole(name)}"))

    def built(self, name: str, build: Callable[[str], None], *, of: str | None = None) -> str:
        """The name of a database that `build` has filled, the first time it is asked for. `of`: which it begins as."""
        if name not in self._built:
            self._create(name, of)
            self._built.add(name)
            build(name)
        return name

    @contextmanager
    def copy(self, name: str) -> Iterator[str]:
        """The name of a database of the same content, for a while."""
        self._copies += 1
        copy = f"copy{self._copies}"
        self._create(copy, name)
        try:
            yield copy
        finally:
            self._drop(copy)

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """The URL of an empty one, for a while."""
        self._copies += 1
        name = f"scratch{self._copies}"
        self._create(name, None)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    @contextmanager
    def session(self, name: str) -> Iterator[Any]:
        """A cursor in it, every statement a transaction of its own."""
        connection = psycopg2.connect(self.url(name), options=SORTING)
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()

    def ask(self, name: str, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows."""
        with self.session(name) as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def tell(self, name: str, statement: str) -> None:
        """A statement without an answer."""
        with self.session(name) as cursor:
            cursor.execute(statement)

    def version(self) -> str:
        """The server's."""
        return f"{self._connection.server_version // 10000}.{self._connection.server_version % 10000}"

    def close(self) -> None:
        """Drop all of them."""
        for name in self._built:
            self._drop(name)
        self._connection.close()

    def drop_left_over(self) -> None:
        """Those of runs that were killed."""
        cursor = self._connection.cursor()
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (PREFIX.replace("_", r"\_") + "%",))
        for (name,) in cursor.fetchall():
            run = name.removeprefix(PREFIX).partition("_")[0]
            if run.isdigit() and not Path(f"/proc/{run}").exists():
                with suppress(psycopg2.errors.InvalidCatalogName):
                    cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _create(self, name: str, of: str | None) -> None:
        like = f'TEMPLATE "{self._whole(of)}" STRATEGY FILE_COPY' if of else ""
        self._connection.cursor().execute(f'CREATE DATABASE "{self._whole(name)}" {like}')

    def _drop(self, name: str) -> None:
        self._connection.cursor().execute(f'DROP DATABASE IF EXISTS "{self._whole(name)}" WITH (FORCE)')

    def _whole(self, name: str) -> str:
        return f"{PREFIX}{os.getpid()}_{name}"
