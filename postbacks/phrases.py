"""The sentences of this floor that are made in English, as the phrase book wants them."""

from django.utils.translation import gettext_noop as _

PHRASES = [
    # why no postback may go to a URL
    _("%(address)s is %(kind)s; allow its network in POSTBACK_ALLOWED_NETWORKS if it is meant"),
    _("the URL is %(count)s characters long; %(most)s is the most"),
    _("the URL must start with http:// or https://"),
    _("the URL holds a backslash"),
    _("the URL holds a space, a line break or another character that cannot be sent"),
    _("the URL holds a user name or password before its host"),
    _("the host of the URL cannot be read"),
    _("the URL has no host"),
    _("the port of the URL is not a number from 1 to 65535"),
    _("the host of the URL holds a percent sign"),
    _("the host of the URL is not a host name"),
    _("the host of the URL is a number; an address is written like 203.0.113.7 or [2001:db8::7]"),
    # kinds of addresses
    _("an address of this network itself"),
    _("a private address"),
    _("an address inside a provider's network"),
    _("a loopback address"),
    _("a link-local address"),
    _("an address kept for protocols"),
    _("an address kept for documentation"),
    _("an address of an IPv6 relay"),
    _("an address kept for benchmarks"),
    _("a multicast address"),
    _("a reserved address"),
    _("a 6to4 address"),
    _("the unspecified address"),
    _("a NAT64 address"),
    _("not a public address"),
]
