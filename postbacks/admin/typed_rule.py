"""A rule as it stands in a form, saved or not: what the preview shows and a test sends."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from campaigns.models import Campaign, Conversion, ConversionChange, Source
from campaigns.url_template import LONGEST
from postbacks.admin.rule_form import RuleForm
from postbacks.models import Method, PostbackRule
from postbacks.preview import Owner, Preview, Subject, owner_of
from postbacks.reasons import Reason, Why

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRule:
    """What a form says of one rule."""

    owner: Owner
    prefix: str  # of the rule's fields among the form's
    rule: PostbackRule  # never to be saved: whatever could be read of the form stands on it
    picked: str
    wish: uuid.UUID
    preview: Preview

    @property
    def reasons(self) -> list[Reason]:
        """Why no postback would be sent for this click; a test is, all the same."""
        click, change = self.preview.subject.click, self.preview.subject.change
        if click is None:
            return []
        converted = change or ConversionChange(conversion=Conversion(click=click))
        reasons = self.rule.reasons_against(converted, click.campaign, switched_off=False)
        return [reason for reason in reasons if change or reason.why is not Why.STATUS_NOT_TICKED]

    @classmethod
    def read(cls, request: HttpRequest) -> "TypedRule":
        """From a request whose maker may change the rule; a 404 where it names nobody's."""
        form = request.POST
        owner = read_owner(request)
        prefix = form.get("preview", "")
        if not _PREFIX.fullmatch(prefix):
            raise Http404
        names = sorted(owner.parameter_names | _typed_parameters(form))
        may_see = request.user.has_perm("campaigns.view_click")
        picked = form.get("preview-other", "").strip() or form.get("preview-click", "") if may_see else "sample"
        text = form.get(f"{prefix}-url", "").replace("\r\n", "\n")[: LONGEST + 1]  # one more, so that it is told
        return cls(
            owner=owner,
            prefix=prefix,
            rule=_rule(form, prefix, owner, text),
            picked=picked,
            wish=_wish(form.get("preview-wish", "")),
            preview=Preview(template=text, parameters=names, subject=Subject.picked(owner, picked, names)),
        )


def read_owner(request: HttpRequest) -> Owner:
    """Whose rule an address names; refused to those who may not change it."""
    kind, model = ("source", Source) if {"source"} & {*request.GET, request.GET.get("new")} else ("campaign", Campaign)
    key = request.GET.get(kind, "")
    _check(request, kind, is_new=not key)
    one: Any = get_object_or_404(model, pk=key) if _DIGITS.fullmatch(key) else model()
    if kind == "campaign" and not one.pk and _DIGITS.fullmatch(source := request.POST.get("source", "")):
        one.source = Source.objects.filter(pk=source).first()
    return owner_of(one)


def _check(request: HttpRequest, kind: str, *, is_new: bool) -> None:
    user = request.user
    own = user.has_perm(f"campaigns.{'add' if is_new else 'change'}_{kind}")
    if not own or not (user.has_perm("postbacks.change_postbackrule") or user.has_perm("postbacks.add_postbackrule")):
        raise PermissionDenied


def _rule(form: QueryDict, prefix: str, owner: Owner, text: str) -> PostbackRule:
    """The saved rule, or a new one, with what the form says; what is wrong with the rest is told at the save."""
    key = form.get(f"{prefix}-id", "")
    whose = {"campaign": owner.campaign} if owner.campaign else {"source": owner.source}
    saved = next(iter(whose.values())).pk and _DIGITS.fullmatch(key)  # type: ignore[union-attr]
    rule = PostbackRule.objects.filter(pk=key, **whose).first() if saved else None
    rule = rule or PostbackRule(**whose)
    RuleForm(form, prefix=prefix, instance=rule).is_valid()  # writes what can be read to the rule
    rule.url = text.strip()
    rule.method = rule.method if rule.method in Method.values else Method.GET
    return rule


def _typed_parameters(form: QueryDict) -> set[str]:
    """Of the Parameters tab, saved or not."""
    return {name for key in ("parameter", "name") for name in form.getlist(f"parameters-{key}") if name}


def _wish(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
