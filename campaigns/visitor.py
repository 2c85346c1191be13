"""Who is at the other end of a request."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, QueryDict

from campaigns.models import Visitor


def visitor_of(request: HttpRequest) -> Visitor:
    """What a visitor's request tells of him."""
    return Visitor(
        ip=address_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        language=request.headers.get("Accept-Language", ""),
        referrer=request.headers.get("Referer", ""),
        host=request.get_host(),
    )


def address_of(request: HttpRequest) -> str | None:
    """The visitor's address: X-Forwarded-For is believed as far as proxies of POSTBACK_TRUSTED_PROXIES wrote it."""
    nearest = _address(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        said = _address(hop)
        if nearest is None or not _is_trusted(nearest) or said is None:
            break
        nearest = said
    return str(nearest) if nearest else None


def flat(query: QueryDict) -> dict[str, str]:
    """One value a name; of several the last that says something."""
    return {name: next((str(value) for value in reversed(values) if value), "") for name, values in query.lists()}


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Without the zone of a link-local one; an IPv4 address as itself, also where a socket for both wrote ::ffff:."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.POSTBACK_TRUSTED_PROXIES)
