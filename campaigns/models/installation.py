"""Who we are: one row, made on first use."""

import secrets
import string
import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

ALPHABET = string.ascii_lowercase + string.digits


def unguessable(length: int) -> str:
    """Lower-case letters and digits: a network that writes everything in capitals does no harm."""
    return "".join(secrets.choice(ALPHABET) for _place in range(length))


def new_postback_key() -> str:
    """What stands in the address of the incoming postback."""
    return unguessable(24)


class InstallationManager(models.Manager["Installation"]):
    """Knows the one row."""

    def current(self) -> "Installation":
        """The row; the first caller makes it."""
        return self.get_or_create(pk=1)[0]


class Installation(models.Model):
    """What tells this installation from another: it outlives keys, hosts and workers."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    postback_key = models.SlugField(_("postback key"), default=new_postback_key, max_length=64)

    objects = InstallationManager()

    class Meta:
        verbose_name = _("incoming postback URL")
        verbose_name_plural = _("incoming postback URL")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="only_one_installation")]

    def __str__(self) -> str:
        return self.postback_url

    @property
    def postback_url(self) -> str:
        """Where networks report conversions."""
        return settings.POSTBACK_PUBLIC_URL + reverse("incoming-postback", args=[self.postback_key])
