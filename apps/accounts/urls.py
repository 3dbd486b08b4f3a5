"""A person's account. The views are allauth's where it has them, under French addresses and its own names.

allauth declares no access of its own that this house would read, so each view is wrapped here.
"""

from allauth.account import views as account
from allauth.mfa.base import views as two_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import include, path, re_path

from apps.accounts import views
from apps.core.access import public, signed_in

signing_in = [
    path("connexion/", public(account.login), name="account_login"),
    path("connexion/cle/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("connexion/deux-facteurs/", public(two_factor.authenticate), name="mfa_authenticate"),
    path("deconnexion/", public(account.logout), name="account_logout"),
    path("inactif/", public(account.account_inactive), name="account_inactive"),
    path("inscription/", public(account.signup), name="account_signup"),
    path("mot-de-passe/", signed_in(account.password_change), name="account_change_password"),
    path("mot-de-passe/choisir/", signed_in(account.password_set), name="account_set_password"),
    path("mot-de-passe/oublie/", public(account.password_reset), name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", public(account.password_reset_done), name="account_reset_password_done"),
    path(
        "mot-de-passe/oublie/fait/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("identite/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("identite/code/", signed_in(two_factor.reauthenticate), name="mfa_reauthenticate"),
    path("identite/cle/", signed_in(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
]

e_mail = [
    path("adresse/", signed_in(account.email), name="account_email"),
    path("adresse/verification/", public(account.email_verification_sent), name="account_email_verification_sent"),
    path("adresse/verification/<str:key>/", public(account.confirm_email), name="account_confirm_email"),
]

second_factor = [
    path("", signed_in(two_factor.index), name="mfa_index"),
    path("application/activer/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("application/retirer/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("cles/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("cles/ajouter/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("cles/<int:pk>/modifier/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("cles/<int:pk>/retirer/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("codes/", signed_in(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/renouveler/", signed_in(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("codes/telecharger/", signed_in(recovery_codes.download_recovery_codes), name="mfa_download_recovery_codes"),
]

own_pages = [
    path("", views.profile, name="profile"),
    path("securite/", views.security, name="security"),
    path("jetons/", views.tokens, name="tokens"),
    path("jetons/nouveau/", views.create_token, name="token_create"),
    path("jetons/<uuid:pk>/renouveler/", views.renew_token, name="token_renew"),
    path("jetons/<uuid:pk>/revoquer/", views.revoke_token, name="token_revoke"),
    path("mes-donnees/", views.my_data, name="my_data"),
    path("mes-donnees/export/", views.export_my_data, name="my_data_export"),
    path("mes-donnees/supprimer/", views.delete_account, name="delete"),
    path("journal/", views.audit_trail, name="audit"),
    path("journal/export/", views.export_audit_trail, name="audit_export"),
]

urlpatterns = [
    *signing_in,
    *e_mail,
    path("deux-facteurs/", include(second_factor)),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("langue/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("", include((own_pages, "accounts"))),
]
