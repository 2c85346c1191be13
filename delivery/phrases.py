"""The sentences of this floor that a log keeps in English, as the phrase book wants them."""

from django.utils.translation import gettext_noop as _

PHRASES = [
    # why no answer came
    _("connection refused"),
    _("no route to the receiver"),
    _("the connection broke off before the answer was complete"),
    _("the answer is not HTTP"),
    _("the header of the answer is too long"),
    _("TLS: the certificate is for another name"),
    _("TLS: the certificate has expired"),
    _("TLS: the certificate is not signed by an authority we trust"),
    _("TLS: the certificate is not valid"),
    _("TLS: the receiver and we do not understand each other"),
    _("our proxy does not let the request through"),
    _("our proxy does not let the request through: HTTP %(code)s"),
    _("our proxy: %(trouble)s"),
    _("the sender was stopped before an answer came"),
    _("our machine could not open a connection"),
    _("the sender has a fault of its own; its log says more"),
    _("no answer within %(seconds)s s"),
    _("no connection within %(seconds)s s"),
    _("the host name %(host)s does not resolve"),
    _("the host name %(host)s does not resolve: no name server answers"),
    # what can never be sent
    _("only GET and POST are sent"),
    _("a header has a name that HTTP does not allow"),
    _("the header %(name)s is the sender's own"),
    _("the value of the header %(name)s has a line break or control character"),
    _("the URL or a header cannot be sent"),
    _("There is no conversion to render this postback from."),
    _("It could not be rendered: %(kind)s."),
    # what an answer came to
    _("HTTP %(code)s: redirects are not followed; use the final URL"),
    _("HTTP %(code)s: redirects are not followed; use the final URL, at %(url)s"),
    _("%(reason)s is not among the success codes (%(codes)s)"),
    _("rejected: %(reason)s"),
    _("to be tried again: %(reason)s"),
    _("HTTP %(code)s, and the answer contains “%(pattern)s”"),
    _("%(reason)s – given up after %(attempts)s attempts"),
    _("too late: it was never tried"),
    _("too late: how the last attempt ended is not known"),
    _("too late: %(reason)s"),
    _("The worker that was sending this ended without a word; whether it arrived is not known."),
    _("Every worker that sent this ended without a word; given up"),
    _("the outcome could not be written whole"),
    # what a person did
    _("settled by %(who)s at %(time)s: it arrived"),
    _("settled by %(who)s at %(time)s: sent again as #%(number)s"),
    # how a receiver is
    _("the probe failed: %(reason)s"),
    _("%(failed)s of %(all)s requests failed in %(seconds)s s, last: %(reason)s"),
    _("%(reason)s, it asked to wait %(seconds)s s"),
    _("%(reason)s: slowed down"),
    _("it does not take what we send"),
]
