"""Links as they may be shown to those who only look: what seems to be a secret is covered, the rest stays as it is."""

import re
from urllib.parse import unquote, unquote_plus

COVER = "•••"
OWN_KEY = "idempotency-key"

# of a parameter's name, word by word: api_key, postApiKey, access-token, X-Auth
SECRET_WORDS = frozenset({"apikey", "auth", "authorization", "bearer", "credential", "credentials", "hmac", "key"}) | {
    "passwd",
    "password",
    "pwd",
    "secret",
    "sig",
    "sign",
    "signature",
    "token",
}
_RUN_TOGETHER = ("apikey", "authkey", "accesskey", "secretkey", "privatekey", "token", "secret", "password")
_PIECE = re.compile(r"(?P<mark>^|[?&;#])(?P<name>[^=&;?#]*)=(?P<value>[^&;#]*)")
_USER = re.compile(r"(?<=://)[^/?#@]*@")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_BOT = re.compile(r"^bot\d+:", re.IGNORECASE)
_POSTBACK_KEY = re.compile(r"(?<=/)[^/?#]+(?=/postback/?$)")  # of a tracker: /<key>/postback
_PLACEHOLDER = re.compile(r"\s*(\{[^{}]*\}|\$\w+)\s*\Z")
_LONG = 20  # characters of a path part from which on letters mixed with digits are no word of a person's


def mask(url: str) -> str:
    """The URL, or its template, with its secrets covered. Never fails, and changes nothing else."""
    place = min((place for mark in "?#" if (place := url.find(mark)) >= 0), default=len(url))
    return _mask_path(_USER.sub(f"{COVER}@", url[:place])) + _PIECE.sub(_mask_parameter, url[place:])


def mask_header(name: str, value: str) -> str:
    """A header's value, covered for everybody where its name tells of a secret. Our own key is none: it only tells
    one postback from another."""
    is_shown = name.lower() == OWN_KEY or not (_is_secret(name) or "cookie" in name.lower())
    return value if is_shown or not value else COVER


def _mask_path(address: str) -> str:
    scheme, slashes, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    path = _POSTBACK_KEY.sub(COVER, slash + path)
    return f"{scheme}{slashes}{host}" + "/".join(_mask_part(part) for part in path.split("/"))


def _mask_part(part: str) -> str:
    plain = unquote(part)
    if _BOT.match(plain):
        return part[:3] + COVER
    return COVER if _looks_random(plain) else part


def _looks_random(text: str) -> bool:
    return (
        len(text) >= _LONG
        and re.fullmatch(r"[\w:.~-]+", text) is not None
        and any(letter.isdigit() for letter in text)
        and any(letter.isalpha() for letter in text)
    )


def _mask_parameter(found: re.Match[str]) -> str:
    name, value = unquote_plus(found["name"]), found["value"]
    covered = value and not _PLACEHOLDER.match(unquote_plus(value)) and (_is_secret(name) or _hides_one(value))
    return f"{found['mark']}{found['name']}={COVER if covered else value}"


def _is_secret(name: str) -> bool:
    words = {word.lower() for word in _WORD.findall(name)}
    return bool(words & SECRET_WORDS) or re.sub(r"[\W_]", "", name.lower()).endswith(_RUN_TOGETHER)


def _hides_one(value: str) -> bool:
    """Whether it is a whole URL with a secret parameter of its own."""
    plain = unquote_plus(value)
    return "://" in plain and any(_is_secret(piece["name"]) for piece in _PIECE.finditer(plain))
