"""Which addresses a postback may go to: by its URL, and by what the host resolves to."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import idna
from django.utils.encoding import iri_to_uri

Networks = Sequence[IPv4Network | IPv6Network]

MAX_URL = 8192  # characters
MAX_HOST = 253

# A control character, a space of any alphabet, or half a surrogate pair.
UNSENDABLE = re.compile(r"[\x00-\x20\x7f-\x9f\s\ud800-\udfff]")
URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?P<colon>:(?P<port>.*))?", re.DOTALL)
PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9/#%\[\]=:;$&()+,!?*@'~._-]*")  # nothing there to encode
LABEL = re.compile(r"[a-z0-9_-]{1,63}")
NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")

# RFC 6890's special ranges, and multicast. `is_private` of ipaddress draws its borders elsewhere.
IPV4_RANGES = {
    IPv4Network("0.0.0.0/8"): "an address of this network itself",
    IPv4Network("10.0.0.0/8"): "a private address",
    IPv4Network("100.64.0.0/10"): "an address inside a provider's network",
    IPv4Network("127.0.0.0/8"): "a loopback address",
    IPv4Network("169.254.0.0/16"): "a link-local address",
    IPv4Network("172.16.0.0/12"): "a private address",
    IPv4Network("192.0.0.0/24"): "an address kept for protocols",
    IPv4Network("192.0.2.0/24"): "an address kept for documentation",
    IPv4Network("192.88.99.0/24"): "an address of an IPv6 relay",
    IPv4Network("192.168.0.0/16"): "a private address",
    IPv4Network("198.18.0.0/15"): "an address kept for benchmarks",
    IPv4Network("198.51.100.0/24"): "an address kept for documentation",
    IPv4Network("203.0.113.0/24"): "an address kept for documentation",
    IPv4Network("224.0.0.0/4"): "a multicast address",
    IPv4Network("240.0.0.0/4"): "a reserved address",
}
# Public IPv6 is 2000::/3 less these; all that is not in it is refused, so the names below it only explain.
IPV6_PUBLIC = IPv6Network("2000::/3")
IPV6_RANGES = {
    IPv6Network("2001::/23"): "an address kept for protocols",
    IPv6Network("2001:db8::/32"): "an address kept for documentation",
    IPv6Network("2002::/16"): "a 6to4 address",
    IPv6Network("3fff::/20"): "an address kept for documentation",
    IPv6Network("::/128"): "the unspecified address",
    IPv6Network("::1/128"): "a loopback address",
    IPv6Network("64:ff9b::/96"): "a NAT64 address",
    IPv6Network("fc00::/7"): "a private address",
    IPv6Network("fe80::/10"): "a link-local address",
    IPv6Network("ff00::/8"): "a multicast address",
}


def why_refused(url: str, allowed_networks: Networks = ()) -> str:
    """Why no postback may go to this URL, judged without asking a name server; empty: it may.

    The words never quote the URL beyond its host.
    """
    if len(url) > MAX_URL:
        return f"the URL is {len(url):,} characters long; {MAX_URL:,} is the most"
    if flaw := _character_flaw(url):
        return flaw
    parts = URL.fullmatch(url)
    if not parts:
        return "the URL must start with http:// or https://"
    return _why_authority_refused(parts["authority"], tuple(allowed_networks))


def why_address_refused(address: IPv4Address | IPv6Address, allowed_networks: Networks = ()) -> str:
    """Why no connection may be opened to this address; empty: it may."""
    unwrapped = getattr(address, "ipv4_mapped", None) or address
    if any(address in network or unwrapped in network for network in allowed_networks):
        return ""
    kind = _kind_of(unwrapped)
    return kind and f"{address} is {kind}; allow its network in POSTBACK_ALLOWED_NETWORKS if it is meant"


def with_ascii_host(url: str) -> str:
    """The URL as it goes out: 'https://bücher.de/ü' has 'xn--bcher-kva.de' for its host. For URLs not refused."""
    parts = URL.fullmatch(url)
    authority = parts and AUTHORITY.fullmatch(parts["authority"])
    if not parts or not authority or authority["host"].isascii():
        return url
    return f"{parts['scheme']}://{_ascii_host(authority['host'])}{authority['colon'] or ''}{parts['rest']}"


def wire_form(url: str) -> str:
    """The URL as it can stand in a request: spaces and letters beyond ASCII behind the host are percent-encoded."""
    if PLAIN.fullmatch(url):
        return url
    scheme, slashes, rest = url.partition("://")
    end = min((place for mark in "/?#" if (place := rest.find(mark)) >= 0), default=len(rest))
    return f"{scheme}{slashes}{rest[:end]}{iri_to_uri(rest[end:])}"


def _character_flaw(url: str) -> str:
    if "\\" in url:
        return "the URL holds a backslash"
    if UNSENDABLE.search(url):
        return "the URL holds a space, a line break or another character that cannot be sent"
    return ""


@lru_cache(maxsize=4096)
def _why_authority_refused(authority: str, allowed_networks: tuple[IPv4Network | IPv6Network, ...]) -> str:
    if "@" in authority:
        return "the URL holds a user name or password before its host"
    parts = AUTHORITY.fullmatch(authority)
    if not parts:
        return "the host of the URL cannot be read"
    if not parts["host"]:
        return "the URL has no host"
    if parts["colon"] and not _is_port(parts["port"]):
        return "the port of the URL is not a number from 1 to 65535"
    if "%" in parts["host"]:
        return "the host of the URL holds a percent sign"
    return _why_host_refused(parts["host"], allowed_networks)


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 1 <= int(text) <= 65535


def _why_host_refused(written: str, allowed_networks: Networks) -> str:
    if written.startswith("["):
        return _why_literal_refused(written[1:-1], IPv6Address, allowed_networks)
    host = _ascii_host(written)
    labels = host.removesuffix(".").split(".")
    if len(host) > MAX_HOST or not all(LABEL.fullmatch(label) for label in labels):
        return "the host of the URL is not a host name"
    # getaddrinfo reads 127.1, 0x7f.1, 017700000001 and 2130706433 as addresses too.
    if NUMERIC_LABEL.fullmatch(labels[-1]):
        return _why_literal_refused(host, IPv4Address, allowed_networks)
    return ""


def _why_literal_refused(
    text: str,
    reader: type[IPv4Address] | type[IPv6Address],
    allowed_networks: Networks,
) -> str:
    try:
        address = reader(text)
    except ValueError:
        return "the host of the URL is a number; an address is written like 203.0.113.7 or [2001:db8::7]"
    return why_address_refused(address, allowed_networks)


def _ascii_host(host: str) -> str:
    """As name servers know it; empty: it has no such form."""
    if host.isascii():
        return host.lower()
    if len(host) > MAX_HOST:  # idna takes its time with long ones
        return ""
    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        return ".".join(label if label.isascii() else idna.alabel(label).decode() for label in mapped.split("."))
    except UnicodeError:
        return ""


def _kind_of(address: IPv4Address | IPv6Address) -> str:
    ranges: dict[IPv4Network, str] | dict[IPv6Network, str]
    ranges = IPV4_RANGES if address.version == 4 else IPV6_RANGES
    for network, kind in ranges.items():
        if address in network:
            return kind
    return "" if address.version == 4 or address in IPV6_PUBLIC else "not a public address"
