"""Sentences that are kept or answered in English, told in the language of the person who reads them.

What a log keeps and what the API answers is English, whoever caused it. A page shows it through `tell`. A floor
says in its AppConfig.ready which of its sentences have parts: "no answer within %(seconds)s s"; those without parts
need no more than their place in the catalogue, which `gettext_noop` gives them.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import get_language, gettext

_PART = re.compile(r"%\((\w+)\)s")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!]) (?=[^\W\d_{“])")
LONGEST = 600  # characters; no sentence of ours is longer, and a foreign one would take its time
_phrases: dict[str, re.Pattern[str]] = {}


def learn(phrases: Iterable[str]) -> None:
    """Know these sentences, in which %(name)s stands for a part; a part may be a sentence itself."""
    for phrase in phrases:
        _phrases[phrase] = _pattern(phrase)
    for phrase in sorted(_phrases, key=_literal_length, reverse=True):  # what says most is tried first
        _phrases[phrase] = _phrases.pop(phrase)
    _tell.cache_clear()


def tell(text: str) -> str:
    """The English sentence, or what is known of it, in the language of the page."""
    language = get_language() or "en"
    return text if not text or len(text) > LONGEST or language.startswith("en") else _tell(text, language)


@lru_cache(maxsize=4096)
def _tell(text: str, language: str) -> str:  # noqa: ARG001 - the language is a part of what is asked
    if not text.strip():
        return text
    if (told := gettext(text)) != text:
        return told
    for phrase, pattern in _phrases.items():
        if match := pattern.fullmatch(text):
            return gettext(phrase) % {name: tell(part) for name, part in match.groupdict().items()}
    sentences = _BETWEEN_SENTENCES.split(text)
    return " ".join(map(tell, sentences)) if len(sentences) > 1 else text


def _pattern(phrase: str) -> re.Pattern[str]:
    """Every other piece is the name of a part; one that comes again is the same again."""
    pieces = _PART.split(phrase)
    seen: set[str] = set()
    for place in range(1, len(pieces), 2):
        name = pieces[place]
        inside = ".+?" if name == "reason" else r"(?:(?![.] ).)+?"  # a reason may be several sentences
        pieces[place] = f"(?P={name})" if name in seen else f"(?P<{name}>{inside})"
        seen.add(name)
    pieces[::2] = [re.escape(piece.replace("%%", "%")) for piece in pieces[::2]]
    return re.compile("".join(pieces), re.DOTALL)


def _literal_length(phrase: str) -> int:
    return len(_PART.sub("", phrase))
