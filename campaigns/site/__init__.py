"""The admin's start: our site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    """Django's admin, with our menu."""

    default_site = "campaigns.site.frame.Site"
