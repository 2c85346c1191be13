"""A filter of a log that somebody wants to use again."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SHOWN = 30  # above a log


class SavedFilterManager(models.Manager["SavedFilter"]):
    """Knows whose is whose."""

    def of_page(self, page: str, user: AbstractBaseUser) -> "models.QuerySet[SavedFilter]":
        """What this person sees above this log: their own, and those that others share."""
        mine_or_shared = Q(user_id=user.pk) | Q(is_shared=True)
        return self.filter(mine_or_shared, page=page).select_related("user").order_by("name", "id")[:SHOWN]


class SavedFilter(models.Model):
    """Part of a log's address, under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters", verbose_name=_("user")
    )
    page = models.CharField(_("page"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField(_("query"))
    is_shared = models.BooleanField(_("shared"), default=False)

    objects = SavedFilterManager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"],
                name="one_filter_of_a_name",
                violation_error_message=_("You have a filter of this name here already."),
            )
        ]
        indexes = [models.Index(fields=["page", "name"], name="saved_filter_page")]

    if TYPE_CHECKING:
        user_id: int

    def __str__(self) -> str:
        return self.name
