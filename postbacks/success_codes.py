"""Codes that say: the receiver has it. Written as “2xx, 302”; nothing written is 2xx."""

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

CODE = re.compile(r"[2-5]([0-9]{2}|xx)")


def read_codes(text: str) -> tuple[str, ...]:
    """Each code, or class of codes, in lower case; what is none is passed over."""
    return tuple(dict.fromkeys(word for word in _words(text) if CODE.fullmatch(word)))


def code_problems(text: str) -> Iterable[str]:
    """What is no code, and what to write instead."""
    for word in _words(text):
        if not CODE.fullmatch(word):
            problem = _("“%(word)s” is no code: write codes such as “200, 302”, or “2xx” for all of a kind.")
            yield problem % {"word": word}


def is_among(code: int, codes: Sequence[str]) -> bool:
    """Whether this code is one of them."""
    return str(code) in codes or f"{code // 100}xx" in codes if codes else 200 <= code < 300


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text.lower()) if word]
