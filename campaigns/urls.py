"""The addresses of this floor."""

from django.conf import settings
from django.urls import path
from django.views.generic import RedirectView

from campaigns.views.click_link import click
from campaigns.views.health import healthz
from campaigns.views.incoming import incoming_postback

urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}campaigns/icon.svg")),
    path("healthz", healthz, name="healthz"),
    path("c/<slug:alias>", click, name="click"),
    path("<slug:key>/postback", incoming_postback, name="incoming-postback"),
    path("<slug:key>/postback/", incoming_postback),
]
