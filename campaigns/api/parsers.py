"""JSON as it was written: no number goes through a float."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

LONGEST = 40  # digits; a number that needs more is no money, and 1e999999999 would fill the memory


class ExactJSONParser(BaseParser):
    """Reads an object whose numbers become text, in plain decimals, with the digits they came with."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],  # noqa: ARG002 - only Django's own `body` keeps to DATA_UPLOAD_MAX_MEMORY_SIZE
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The object; anything else is a ParseError that says what was wrong."""
        assert parser_context is not None  # noqa: S101 - DRF always hands one over
        try:
            told = json.loads(parser_context["request"].body, parse_float=plain, parse_int=str, parse_constant=str)
        except RequestDataTooBig as error:
            raise ParseError("The body is too large.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        if not isinstance(told, dict):
            raise ParseError("The body is JSON, but not an object such as {}.")
        return told


def plain(number: str) -> str:
    """Without an exponent, where that is short: 1e2 is 100."""
    exact = Decimal(number)
    return format(exact, "f") if abs(exact.adjusted()) < LONGEST else number


def as_text(told: Mapping[str, Any]) -> dict[str, str]:
    """As a query would have said it. What is neither text nor a number stays JSON, and null says nothing."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in told.items()
        if value is not None
    }
