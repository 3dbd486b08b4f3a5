"""Under `/api/v1/`."""

from django.urls import path

from apps.accounts.api import views

urlpatterns = [
    path("auth/me/", views.MeView.as_view(), name="api-me"),
    path("auth/tokens/", views.TokensView.as_view(), name="api-tokens"),
    path("auth/tokens/<uuid:pk>/", views.TokenView.as_view(), name="api-token"),
    path("auth/tokens/<uuid:pk>/renew/", views.TokenRenewalView.as_view(), name="api-token-renew"),
]
