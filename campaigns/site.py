"""The admin site: Django's own, with our menu."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class Site(AdminSite):
    """The frame of all pages."""

    site_header = _("S2S Postbacks")
    site_title = _("S2S Postbacks")
    index_title = _("Overview")


class SiteConfig(AdminConfig):
    """Puts our site in the place of Django's."""

    default_site = "campaigns.site.Site"
