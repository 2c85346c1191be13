"""A URL with placeholders, judged before it is saved: every finding, in sentences for the person who typed it."""

import ipaddress
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from campaigns import macros
from campaigns.macro_names import CLICK_PARAMETERS

LONGEST = 8192  # characters; servers commonly refuse a longer request line
_LONGEST_HOST = 253
_LAST_PORT = 65535
_CLICK_IDS = {"external_id", "subid"} | CLICK_PARAMETERS
_DEFAULT_PORTS = {"http": 80, "https": 443}

_CUT = re.compile(r"(?:(?P<scheme>[^/?#]*?)://)?(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_HALF_SCHEME = re.compile(r"(?:https?)?:?/+|https?:", re.IGNORECASE)  # what is left of a mistyped https://
_HOST_AND_PORT = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:]*)(?P<port>:.*)?", re.DOTALL)
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_PORT = re.compile(r":[0-9]{1,5}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BLANK = "\x00"  # stands for a placeholder where the text around it is judged

_NO_QUESTION_MARK = re.compile(r"/([A-Za-z0-9_-]*)=|&")
_ENCODED = re.compile(r"%7B(_?[A-Za-z][A-Za-z0-9_-]*)(?:%7D|\})|\{(_?[A-Za-z][A-Za-z0-9_-]*)%7D", re.IGNORECASE)
_ANYWHERE = re.compile(
    r"<[^<>]*>|\[[A-Za-z_]+\]|##[^#]*##|%[A-Za-z_]{3,}%|__[A-Za-z_]+__"
    r"|(?<![A-Za-z])(?:REPLACE[A-Z_-]*|YOUR[A-Z0-9_-]+|your[_-][A-Za-z0-9_-]+)"
)
_VALUE = re.compile(r"(?:[^=/?&#]*=)?(?P<value>[^/?&#]*)")  # of one part of a path or a query
_WHOLE = re.compile(r"[A-Z](?:[A-Z_-]*[A-Z])?|\.{2,}|…|x{3,}")
# Whole words in capitals that are sent as they stand; so is any of two letters: a country, a language, OK.
_REAL = frozenset(
    {"GET", "POST", "YES", "TRUE", "FALSE", "NULL", "CPA", "CPC", "CPI", "CPL", "CPM", "CPS", "API", "UTC", "JSON"}
    | {"LEAD", "SALE", "FTD", "REG", "DEP", "INSTALL", "PURCHASE", "DEPOSIT", "REGISTRATION", "SIGN_UP", "ADD_TO_CART"}
    | {"SUBSCRIBE", "START_TRIAL", "COMPLETE_REGISTRATION", "CHECKOUT", "APPROVED", "REJECTED", "HOLD", "PENDING"}
    | {"USD", "EUR", "GBP", "RUB", "UAH", "KZT", "BYN", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "CHF", "SEK", "NOK"}
    | {"DKK", "JPY", "CNY", "HKD", "TWD", "KRW", "INR", "IDR", "PHP", "THB", "VND", "MYR", "SGD", "AUD", "NZD", "CAD"}
    | {"MXN", "BRL", "ARS", "CLP", "COP", "PEN", "ZAR", "NGN", "KES", "EGP", "ILS", "AED", "SAR", "PKR", "BDT", "LKR"}
    | {"GEL", "AMD", "AZN", "UZS", "KGS", "MDL", "RSD", "ISK", "USDT", "USDC", "BTC", "ETH", "TRX", "TON"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found: `errors` refuse the URL, `warnings` let it pass and speak of it."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A URL in three parts, of which only `rest` may hold placeholders; each may be empty."""

    scheme: str
    authority: str
    rest: str


def check(url: str, parameters: Collection[str] = ()) -> Findings:
    """Every reason not to save this URL, and every doubt; `parameters` are those that the campaign's links carry."""
    if not url.strip():
        return Findings(errors=("The URL is empty.",))
    if len(url) > LONGEST:
        return Findings(errors=(f"The URL has {len(url)} characters; {LONGEST} is the most.",))
    errors = [*_address_errors(url), *_text_errors(url), *_macro_errors(url, parameters)]
    warnings = [*_click_warnings(url), *_fill_ins(url), *_text_warnings(url)]
    return Findings(errors=tuple(dict.fromkeys(errors)), warnings=tuple(dict.fromkeys(warnings)))


def origin(url: str) -> str:
    """Scheme, host and port in one spelling, as in https://a.mgid.com:443; a ValueError says why there is none."""
    for error in _address_errors(url):
        raise ValueError(error)
    cut = _cut(url)
    host, port = _host_and_port(cut.authority)
    scheme = cut.scheme.lower()
    return f"{scheme}://{_plain_host(host)}:{int(port[1:]) if port else _DEFAULT_PORTS[scheme]}"


@lru_cache(maxsize=2048)
def names_click_by_external_id_alone(url: str) -> bool:
    """Whether the receiver can tell which click converted by `{external_id}`, and by nothing else."""
    return _ids_of_the_click(url) == {"external_id"}


def _cut(url: str) -> _Cut:
    match = _CUT.fullmatch(url)
    return _Cut(**match.groupdict("")) if match else _Cut(scheme="", authority="", rest=url)


def _address_errors(url: str) -> list[str]:
    cut = _cut(url)
    if not cut.scheme:
        return _scheme_missing(url)
    if "{" in cut.scheme or "$" in cut.scheme:
        return ["A macro cannot stand in the scheme: write https:// or http://."]
    wrong = [] if cut.scheme.lower() in _DEFAULT_PORTS else [f"{cut.scheme}:// is neither http:// nor https://."]
    return wrong + _authority_errors(cut.authority)


def _scheme_missing(url: str) -> list[str]:
    whole = "https://" + _HALF_SCHEME.sub("", url, count=1) if _HALF_SCHEME.match(url) else f"https://{url}"
    authority = _cut(whole).authority
    if "=" in authority and not authority.startswith("{"):
        return ["The URL has neither scheme nor host: it begins with a parameter. Write https://, host and path first."]
    errors = _authority_errors(authority)
    return ["The URL has no scheme: write https:// before the host.", *errors] if errors else [_offer(whole)]


def _offer(whole: str) -> str:
    return f"The URL has no scheme: did you mean {whole} ?"


def _authority_errors(authority: str) -> list[str]:
    if "{" in authority or "}" in authority or _BLANK in _around(authority):
        return ["A macro cannot stand in the host or port: a postback's receiver is always the same."]
    checks = [
        (not authority, "The URL has no host."),
        (_CONTROL.search(authority), "There is a control character in the host."),
        (re.search(r"\s", authority), "There is a space in the host."),
        ("\\" in authority, "There is a backslash in the host: write / for it."),
        ("@" in authority, "There is an @ before the host: a name and password cannot stand in the URL."),
        ("%" in authority, "There is a % in the host: write the host as it is read."),
    ]
    errors = [error for applies, error in checks if applies]
    return errors or _host_errors(*_host_and_port(authority))


def _host_errors(host: str, port: str) -> list[str]:
    errors = []
    if not host:
        errors.append("The URL has no host.")
    elif not _is_host(host):
        errors.append(f"{host} is no host.")
    if port and not (_PORT.fullmatch(port) and 0 < int(port[1:]) <= _LAST_PORT):
        errors.append(f"{port} is no port: a number from 1 to {_LAST_PORT} follows the colon.")
    return errors


def _host_and_port(authority: str) -> tuple[str, str]:
    """The port with its colon, or empty."""
    match = _HOST_AND_PORT.fullmatch(authority)
    return (match["host"], match["port"] or "") if match else (authority, "")


def _is_host(host: str) -> bool:
    try:
        return bool(_plain_host(host))
    except ValueError:
        return False


def _plain_host(host: str) -> str:
    """Lower-case, IDNA, no dot at the end; ValueError: this is no host."""
    if len(host) > _LONGEST_HOST:
        raise ValueError("The host is too long.")
    if host.startswith("["):
        return f"[{ipaddress.IPv6Address(host[1:-1])}]"
    plain = host.removesuffix(".").encode("idna").decode().lower()
    if len(plain) > _LONGEST_HOST or not _HOST.fullmatch(plain):
        raise ValueError(f"{host} is no host.")
    return plain


def _text_errors(url: str) -> Iterator[str]:
    if url != url.strip():
        yield "There is a space before or after the URL."
    if _CONTROL.search(url):
        yield "There is a control character, such as a line break, in the URL."
    around = _around(_cut(url).rest)
    brace = re.search(r"[{}][^{}&/\x00]{0,30}\}?", around)
    if brace and '"' not in around:  # with quotes it is JSON
        yield f"In {brace[0]} a brace belongs to no macro: write {{name}}, without spaces; %7B and %7D for braces."


def _macro_errors(url: str, parameters: Collection[str]) -> Iterator[str]:
    yield from (stranger.message for stranger in macros.unknown(url, parameters))
    yield from (error if error.endswith("?") else f"{error}." for error in macros.argument_errors(url))


def _click_warnings(url: str) -> Iterator[str]:
    placeholders = macros.placeholders(url)
    for name in dict.fromkeys(placeholder.name for placeholder in placeholders):
        if name in {"clickid", "click_id"}:
            yield f"{{{name}}} is our own subid: did you mean {{external_id}}, the source's click id?"
    if not _ids_of_the_click(url):
        yield "Neither {external_id} nor {subid} is in the URL: the receiver cannot tell which click converted."


def _ids_of_the_click(url: str) -> set[str]:
    names = {placeholder.canonical or placeholder.name for placeholder in macros.placeholders(url)}
    return names & _CLICK_IDS


def fill_ins(url: str) -> list[tuple[int, int]]:
    """Where words of a published template stand that nobody has replaced by their own."""
    around = _around(url)
    cut = _cut(around)
    rest = len(around) - len(cut.rest)
    host = (rest - len(cut.authority), rest - len(cut.authority) + len(_host_and_port(cut.authority)[0]))
    values = [match.span("value") for match in _VALUE.finditer(around, rest)]
    whole = [span for span in (host, *values) if _is_fill_in(around[slice(*span)])]
    return list(dict.fromkeys([*whole, *(match.span() for match in _ANYWHERE.finditer(around))]))


def _fill_ins(url: str) -> Iterator[str]:
    for word in dict.fromkeys(url[slice(*span)] for span in fill_ins(url)):
        yield f"{word} looks like a word to fill in."


def _is_fill_in(word: str) -> bool:
    if not _WHOLE.fullmatch(word) or word in _REAL:
        return False
    return len(word) > len("OK") or word == "ID" or not word.isalpha()


def _text_warnings(url: str) -> Iterator[str]:
    around = _around(url)
    rest = _cut(around).rest
    for encoded, half in _ENCODED.findall(around):
        yield f"The brackets of {encoded or half} are encoded, so it is no macro: write {{{encoded or half}}}."
    if f"${_BLANK}" in around:
        yield "A $ stands before a macro and is sent with its value: write {name} without it."
    if "#" in rest:
        yield "What follows # is never sent: write %23 for it, or leave it out."
    if " " in around.strip():
        yield "There is a space in the URL: write %20 for it."
    if "?" not in rest and _NO_QUESTION_MARK.search(rest):
        yield "There is no ? before the parameters, so they are a part of the path."


def _around(text: str) -> str:
    """The text with blanks for each placeholder, every other letter in its place."""
    parts, end = [], 0
    for placeholder in macros.placeholders(text):
        parts += [text[end : placeholder.span[0]], _BLANK * len(placeholder.text)]
        end = placeholder.span[1]
    return "".join([*parts, text[end:]])
