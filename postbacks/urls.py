"""The addresses of this floor: beside the admin's own, and inside its frame."""

from django.contrib import admin
from django.urls import path

from postbacks.admin.preview import names, preview

urlpatterns = [
    path("admin/preview/", admin.site.admin_view(preview), name="url-preview"),
    path("admin/preview/names/", admin.site.admin_view(names), name="url-names"),
]
