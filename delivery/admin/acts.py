"""The two buttons of the log, "Send again" and "Cancel", and what is asked before they act."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.admin.bases import ModelAdmin
from delivery.admin import wishes
from delivery.admin.cells import log_url, page_url
from delivery.admin.samples import samples
from delivery.admin.wishes import Plan, Selection, postbacks
from delivery.ids import read_id
from delivery.silence import Silence


class Acts(ModelAdmin):
    """Pages that do something; for those who may change a postback."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("delivery.change_sentpostback"))

    def send_again_view(self, request: HttpRequest) -> HttpResponse:
        """Queue resends of what the form names; one that a receiver has already, or many, only when sure."""
        if (selection := self._read(request)) is None:
            return redirect(log_url())
        if not selection.is_sure:
            return self.confirm_send_again(request, selection)
        resends = wishes.send_again(selection, request.user)  # type: ignore[arg-type]
        if not resends:
            messages.error(request, _("None of them is finished, so nothing was sent again."))
        else:
            messages.success(request, _("%(postbacks)s queued again.") % {"postbacks": postbacks(len(resends))})
        if left := len(selection.ids) - len(resends):
            messages.warning(request, _("%(postbacks)s left out.") % {"postbacks": postbacks(left)})
        return redirect(page_url(resends[0].pk) if len(resends) == 1 else self._back(selection))

    def cancel_view(self, request: HttpRequest) -> HttpResponse:
        """End what waits of what the form names, and say what did not wait any more."""
        if (selection := self._read(request)) is None:
            return redirect(log_url())
        if not selection.is_sure:
            return self.confirm_cancel(request, selection)
        _say(request, wishes.cancel(selection, request.user))  # type: ignore[arg-type]
        return redirect(self._back(selection))

    def arrived_view(self, request: HttpRequest) -> HttpResponse:
        """Settle what ended unknown: the receiver has it, as a person found out."""
        if (selection := self._read(request)) is None:
            return redirect(log_url())
        if not selection.is_sure:
            return self.confirm_arrived(request, selection)
        _say(request, wishes.arrived(selection, request.user))  # type: ignore[arg-type]
        return redirect(self._back(selection))

    def confirm_arrived(self, request: HttpRequest, selection: Selection) -> HttpResponse:
        plan = wishes.plan_arrived(selection.rows())
        question = _("Did they arrive: %(whom)s?") % {"whom": plan.to_whom}
        button = _("Yes, settle %(postbacks)s") % {"postbacks": postbacks(plan.count)}
        return self._confirm(request, selection, plan, "arrived", question, button, _("None of them is unknown."))

    def confirm_send_again(self, request: HttpRequest, selection: Selection) -> HttpResponse:
        plan = wishes.plan_again(selection.rows())
        question = _("Send again %(whom)s?") % {"whom": plan.to_whom}
        button = _("Send again %(postbacks)s") % {"postbacks": postbacks(plan.count)}
        nothing = _("None of them is finished: what waits or flies is sent anyway.")
        return self._confirm(request, selection, plan, "send_again", question, button, nothing)

    def confirm_cancel(self, request: HttpRequest, selection: Selection) -> HttpResponse:
        plan = wishes.plan_cancel(selection.rows())
        question = _("Cancel %(whom)s?") % {"whom": plan.to_whom}
        button = _("Cancel %(postbacks)s") % {"postbacks": postbacks(plan.count)}
        return self._confirm(request, selection, plan, "cancel", question, button, _("None of them waits any more."))

    def waiting_view(self, request: HttpRequest) -> HttpResponse:
        """What was put to silence still has postbacks that wait: cancel them, or let them go?"""
        if not self.has_act_permission(request):
            raise PermissionDenied
        silence = Silence.read(request.GET)
        if request.method == "POST":
            return self._answered(request, silence)
        backlog = silence.backlog()
        if not backlog.count:
            messages.info(request, _("None of them waits any more."))
            return redirect(silence.back)
        context = {"title": _("What still waits"), "silence": silence, "backlog": backlog}
        return self._page(request, "delivery/admin/waiting.html", context)

    def _answered(self, request: HttpRequest, silence: Silence) -> HttpResponse:
        shown = read_id(request.POST.get("shown"))
        if "cancel" not in request.POST:
            text = _("%(postbacks)s will still be sent.") % {"postbacks": postbacks(shown)}
            messages.info(request, text)
            return redirect(silence.back)
        done = silence.cancel(f"by {request.user}", read_id(request.POST.get("newest")))
        said = [_("%(postbacks)s cancelled.") % {"postbacks": postbacks(done)}]
        if shown > done:
            text = _("%(postbacks)s had been taken to be sent before you answered: what flies is not called back.")
            said.append(text % {"postbacks": postbacks(shown - done)})
        _say(request, said)
        return redirect(silence.back)

    def _read(self, request: HttpRequest) -> Selection | None:
        """The form; None: somebody came by a link or a reload, with no form at all."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        selection = Selection.read(request.POST)
        return selection if request.method == "POST" and selection.ids else None

    def _confirm(
        self,
        request: HttpRequest,
        selection: Selection,
        plan: Plan,
        act: str,
        question: str,
        button: str,
        nothing: str,
    ) -> HttpResponse:
        if not plan.count:
            messages.warning(request, nothing)
            return redirect(self._back(selection))
        context = {"title": question, "button": button, "plan": plan, "act": act, "wish": selection.wish}
        context |= {"url": reverse(f"admin:delivery_{act}"), "back": self._back(selection), "query": selection.query}
        context |= {"samples": samples(plan.takes)}
        return self._page(request, "delivery/admin/confirm.html", context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        frame = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**frame, "opts": self.opts, **context})

    def _back(self, selection: Selection) -> str:
        """Where one postback was meant, its page; where a filter has chosen them, the log behind that filter."""
        if selection.query.startswith("?"):
            return log_url() + selection.query
        return page_url(selection.ids[0]) if len(selection.ids) == 1 else log_url()


def _say(request: HttpRequest, sentences: Iterable[str]) -> None:
    """What was done, as done; what was not, as a warning."""
    done, *left = sentences
    messages.success(request, done)
    for sentence in left:
        messages.warning(request, sentence)
