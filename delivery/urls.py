"""The addresses of this floor: beside the admin's own, and inside its frame."""

from django.contrib import admin
from django.urls import path

from delivery.admin.dashboard import part
from delivery.admin.demo import load_demo, remove_demo
from delivery.admin.explanation import explain_conversion, explain_page, look_up
from delivery.admin.first_steps import arrival, first_steps_page, take_step
from delivery.admin.funnel import funnel_page
from delivery.admin.search import search_page
from delivery.admin.status import settings_page, status_page
from delivery.admin.testing import send_test_view

inside = admin.site.admin_view

urlpatterns = [
    path("admin/send-test/", inside(send_test_view), name="send-test"),
    path("admin/campaigns/campaign/<int:pk>/funnel/", inside(funnel_page), name="funnel"),
    path("admin/explain/", inside(look_up), name="explain-form"),
    path("admin/explain/conversion/<int:pk>/", inside(explain_conversion), name="explain-conversion"),
    path("admin/explain/<path:subid>/", inside(explain_page), name="explain"),
    path("admin/search/", inside(search_page), name="search"),
    path("admin/first-steps/", inside(first_steps_page), name="first-steps"),
    path("admin/first-steps/arrival/", inside(arrival), name="first-steps-arrival"),
    path("admin/first-steps/<slug:place>/", inside(take_step), name="first-step"),
    path("admin/status/", inside(status_page), name="status"),
    path("admin/settings/", inside(settings_page), name="settings"),
    path("admin/overview/part/", inside(part), name="overview-part"),
    path("admin/demo/load/", inside(load_demo), name="demo-load"),
    path("admin/demo/remove/", inside(remove_demo), name="demo-remove"),
]
