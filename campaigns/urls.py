"""The addresses of this floor."""

from django.urls import path

from campaigns.views.click_link import click
from campaigns.views.health import healthz
from campaigns.views.incoming import incoming_postback

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("c/<slug:alias>", click, name="click"),
    path("<slug:key>/postback", incoming_postback, name="incoming-postback"),
    path("<slug:key>/postback/", incoming_postback),
]
