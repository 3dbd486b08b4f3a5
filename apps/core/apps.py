from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from apps.core import task_log  # noqa: F401 -- listens to Celery
        from apps.core.secrets import checks, serializers  # noqa: F401 -- registers the check of the keys

        serializers.map_model_field()
