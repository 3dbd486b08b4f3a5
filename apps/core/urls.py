"""The pages that belong to no area: home, search, accessibility, legal pages."""

from django.urls import path

from apps.core import views

urlpatterns = [
    path("", views.home, name="home"),
    path("recherche/", views.search, name="search"),
    path("aide/", views.help_page, name="help"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal_notice, name="legal_notice"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("ui/", views.gallery, name="gallery"),
    path("robots.txt", views.robots, name="robots"),
    path("metrics", views.metrics, name="metrics"),
    path("favicon.ico", views.favicon, name="favicon"),
]
