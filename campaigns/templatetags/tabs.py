"""What the pages with tabs ask."""

from typing import Any

from django import template
from django.utils.text import slugify
from django.utils.translation import override

register = template.Library()


@register.filter
def slug(title: Any) -> str:
    """How an address names a tab: the same in every language."""
    with override("en"):
        return slugify(str(title))
