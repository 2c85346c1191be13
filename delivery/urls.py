"""The addresses of this floor: beside the admin's own, and inside its frame."""

from django.contrib import admin
from django.urls import path

from delivery.admin.explanation import explain_page, look_up

urlpatterns = [
    path("admin/explain/", admin.site.admin_view(look_up), name="explain-form"),
    path("admin/explain/<path:subid>/", admin.site.admin_view(explain_page), name="explain"),
]
