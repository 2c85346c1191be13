"""All addresses, floor by floor."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("delivery.urls")),  # before the admin, which answers for all that begins with its name
    path("", include("postbacks.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api_urls")),
    path("", include("campaigns.urls")),
]
