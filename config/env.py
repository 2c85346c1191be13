"""Readers of the environment: each answers with a value, or says which name was wrong and what was expected."""

import os
import re
import secrets
import tempfile
from collections.abc import Callable
from importlib import import_module
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


def _read(name: str, default: str, parse: Callable[[str], T], expected: str) -> T:
    text = os.getenv(name, "").strip() or default
    try:
        return parse(text)
    except ValueError as error:
        shown = re.sub("(?<=://).*@", "…@", text)  # a password may stand before the host, and this goes to a log
        raise ImproperlyConfigured(f"{name} is {shown!r}; {expected} is needed.") from error


def env_text(name: str, default: str = "") -> str:
    """The text as it stands, without the space around it."""
    return os.getenv(name, "").strip() or default


def env_choice(name: str, default: str, words: list[str]) -> str:
    """One of the words, in capitals."""

    def parse(text: str) -> str:
        if text.upper() not in words:
            raise ValueError(text)
        return text.upper()

    return _read(name, default, parse, f"one of {', '.join(words)}")


def env_folder(name: str, default: Path) -> Path:
    """A folder, which is made where there is none."""
    folder = Path(env_text(name, str(default)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is {str(folder)!r}, which cannot be made a folder: {error}.") from error
    return folder


def env_bool(name: str, default: bool) -> bool:
    """1/0, true/false, yes/no or on/off."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

    def parse(text: str) -> bool:
        if text.lower() not in words:
            raise ValueError(text)
        return words[text.lower()]

    return _read(name, str(default), parse, "one of 1, 0, true, false, yes, no, on, off")


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """A whole number that is at least `least`."""

    def parse(text: str) -> int:
        if int(text) < least:
            raise ValueError(text)
        return int(text)

    return _read(name, str(default), parse, f"a whole number of at least {least}")


def env_seconds(name: str, default: float) -> float:
    """A time in seconds, above zero."""

    def parse(text: str) -> float:
        if not 0 < float(text) < 1e9:
            raise ValueError(text)
        return float(text)

    return _read(name, str(default), parse, "a number of seconds above 0")


def env_seconds_list(name: str, default: str) -> list[float]:
    """Times in seconds, with commas between them; a comma alone is an empty list."""

    def parse(text: str) -> list[float]:
        times = [float(part) for part in text.split(",") if part.strip()]
        if any(not 0 < time < 1e9 for time in times):
            raise ValueError(text)
        return times

    return _read(name, default, parse, "a list of seconds such as 30,120,600")


def env_list(name: str, default: str) -> list[str]:
    """Words with commas between them."""
    return [part.strip() for part in (os.getenv(name, "").strip() or default).split(",") if part.strip()]


def env_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Networks such as 10.0.0.0/8,fd00::/8."""

    def parse(text: str) -> list[IPv4Network | IPv6Network]:
        return [ip_network(part.strip()) for part in text.split(",") if part.strip()]

    return _read(name, "", parse, "a list of networks such as 10.0.0.0/8,192.168.1.0/24 (no bits set beyond the mask)")


def env_url(name: str, default: str, schemes: list[str]) -> str:
    """A URL with one of these schemes, empty where that is the default."""

    def parse(text: str) -> str:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"}
        if text and (parts.scheme not in schemes or "://" not in text or (is_web and not parts.hostname)):
            raise ValueError(text)
        if parts.netloc and parts.scheme != "sqlite":
            _port = parts.port  # raises ValueError where it is none
        return text

    return _read(name, default, parse, f"a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}")


def env_address(name: str, default: str) -> tuple[str, int]:
    """An address to listen at, such as 127.0.0.1:8000."""

    def parse(text: str) -> tuple[str, int]:
        host, _, port = text.rpartition(":")
        if not host or not 0 <= int(port) <= 65535:
            raise ValueError(text)
        return host.strip("[]"), int(port)

    return _read(name, default, parse, "an address such as 127.0.0.1:8000")


def env_transport(name: str) -> str:
    """`curl` or `requests`; `auto`, the default, is curl where pycurl imports."""
    wanted = env_choice(name, "AUTO", ["AUTO", "CURL", "REQUESTS"]).lower()
    if wanted == "requests":
        return wanted
    try:
        import_module("pycurl")
    except ImportError as error:
        if wanted == "curl":
            raise ImproperlyConfigured(f"{name} is 'curl', and pycurl cannot be imported: {error}.") from error
        return "requests"
    return "curl"


def secret_key(name: str, file: Path) -> str:
    """The key from the environment, else from the file, which is made (mode 0600) where there is none."""
    if key := os.getenv(name, "").strip():
        return key
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_key(file)
        return _key_in(name, file)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is not set, and {file} can be neither read nor made: {error}.") from error


def _make_key(file: Path) -> None:
    """Whole or not at all: web and worker, started at the same moment, read the same one, and never half of it."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent)  # mode 0600
    with os.fdopen(descriptor, "w") as written:
        written.write(secrets.token_urlsafe(50))
    try:
        os.link(draft, file)  # fails where somebody else was first
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        Path(draft).replace(file)
    finally:
        Path(draft).unlink(missing_ok=True)


def _key_in(name: str, file: Path) -> str:
    if key := file.read_text().strip():
        return key
    raise ImproperlyConfigured(f"{name} is not set, and {file} is empty: delete the file or set {name}.")
