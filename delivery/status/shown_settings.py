"""What a setting is now, as it may be shown: never a password, a key or a token."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from delivery.status.known_settings import Known
from postbacks.masking import COVER, mask

_PASSWORD = re.compile(r"(?<=://)(?P<user>[^/?#:@]*)(?::[^/?#]*)?@")
# those whose value stands somewhere else, or in another form, than under their name
ELSEWHERE: dict[str, Callable[[], Any]] = {
    "POSTBACK_QUEUE_PREFIX": lambda: settings.CELERY_TASK_DEFAULT_QUEUE.removesuffix("send"),
    "POSTBACK_LOG_LEVEL": lambda: settings.LOGGING["root"]["level"],  # type: ignore[index]
    "POSTBACK_BIND": lambda: ":".join(str(part) for part in settings.POSTBACK_BIND),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting with its value."""

    known: Known
    value: str  # empty: there is none
    is_set: bool  # in the environment; else it has its default

    @property
    def where(self) -> str:
        """Who says so."""
        return _("environment") if self.is_set else _("default")


def shown(known: Known) -> Shown:
    """As it is now."""
    is_set = bool(os.environ.get(known.name, "").strip())
    value = ELSEWHERE[known.name]() if known.name in ELSEWHERE else getattr(settings, known.name)
    if known.is_secret:
        return Shown(known, COVER if value else "", is_set)
    return Shown(known, _safe(_text(value)), is_set)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _safe(text: str) -> str:
    """Of a URL neither the password nor what looks like a token."""
    return mask(_PASSWORD.sub(f"{COVER}@", text)) if "://" in text else text
