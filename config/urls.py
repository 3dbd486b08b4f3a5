"""Every address of the site. Pages are in French, the API in English."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from apps.core.access import signed_in

# The administration is entered by the site's own sign-in, where the second factor is asked for.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

handler500 = "apps.core.views.server_error"
# allauth calls it when one of its limits is passed.
handler429 = "apps.accounts.lockout.too_many_requests"

urlpatterns = [
    path("", include("apps.core.urls")),
    path("compte/", include("apps.accounts.urls")),
    path("collecte/", include("apps.collection.urls")),
    path("jeux-de-donnees/", include("apps.datasets.urls")),
    path("ia/", include("apps.inference.urls")),
    # A password is changed in one place, where its rules, limits and audit are.
    re_path(
        r"^admin/password_change/(?:done/)?$",
        signed_in(RedirectView.as_view(pattern_name="account_change_password")),
        name="admin_change_password",
    ),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("", include("apps.inference.api.protocol_urls")),
]
