"""What a browser may do with our pages.

All that a page needs comes from here, and nothing stands in the page itself: what a network or a visitor smuggles
into a log is text, whatever it looks like.
"""

_OURS = ["'self'"]
_NOTHING = ["'none'"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _NOTHING,
        "script-src": _OURS,
        "style-src": _OURS,
        "img-src": _OURS,
        "font-src": _OURS,
        "connect-src": _OURS,
        "manifest-src": _OURS,
        "form-action": _OURS,
        "base-uri": _NOTHING,
        "frame-ancestors": _NOTHING,
    }
}
