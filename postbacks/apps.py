"""The middle floor's start."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostbacksConfig(AppConfig):
    """S2S postbacks: what is wanted."""

    name = "postbacks"
    verbose_name = _("S2S postbacks")
