"""The REST root: `/api/v1/` for programs, `/api/` for the people who write them."""

from django.urls import URLPattern, URLResolver, include, path

from apps.core.api import pages, views

version_1: list[URLPattern | URLResolver] = [
    path("", views.IndexView.as_view(), name="api-index"),
    path("schema/", views.SchemaView.as_view(), name="api-schema"),
    path("health/", views.HealthView.as_view(), name="health"),
    path("health/live/", views.LiveView.as_view(), name="health-live"),
    path("health/ready/", views.ReadyView.as_view(), name="health-ready"),
    path("collection/", include("apps.collection.api.urls")),
    path("", include("apps.datasets.api.urls")),
    path("", include("apps.inference.api.urls")),
    path("", include("apps.accounts.api.urls")),
]

urlpatterns = [
    path("", pages.reference, name="api-docs"),
    path("errors/", pages.errors, name="api-errors"),
    path("swagger/", pages.swagger, name="api-swagger"),
    path("v1/", include(version_1)),
]
