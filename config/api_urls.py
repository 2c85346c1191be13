"""The REST API, its schema, and its pages of documentation."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("v1/", include("campaigns.api.urls")),
    path("v1/", include("delivery.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(template_name="campaigns/api/docs.html"), name="api-docs"),
]
