"""What the templates of the S2S Postbacks tab ask of a set of rules."""

from collections.abc import Mapping
from typing import Any

from django import template

from postbacks.models import PostbackRule

register = template.Library()


@register.filter
def origin_in(rule: PostbackRule, formset: Any) -> PostbackRule | None:
    """The source's rule that this one goes instead of."""
    found: PostbackRule | None = formset.origin(rule) if rule and hasattr(formset, "origin") else None
    return found


@register.filter
def of_rule(texts: Mapping[int, Any], rule: PostbackRule) -> Any:
    """What is said of this rule."""
    return texts.get(rule.pk, "")
