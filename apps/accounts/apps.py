from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # Importing the receivers connects them.
        from apps.accounts import authentication, receivers, rights  # noqa: F401 -- the OpenAPI scheme registers itself too

        post_migrate.connect(rights.match_roles, dispatch_uid="accounts.match_roles")
