"""What models in service need to be well."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import HealthCheck
from apps.core.errors import TemporaryFailure
from apps.inference import partitions
from apps.inference.serving.slots import SLOTS


def check_versions() -> None:
    """In the process that answers: each has opened its own."""
    if refused := SLOTS.refused():
        numbers = ", ".join(str(version_id) for version_id in sorted(refused))
        raise TemporaryFailure(
            _("Versions that are deployed could not be opened, by key: %(keys)s.") % {"keys": numbers}
        )


def check_partitions() -> None:
    tomorrow = (timezone.now() + timedelta(days=1)).date()
    if tomorrow not in partitions.days():
        raise TemporaryFailure(_("The day to come of the log of predictions is not made: run keep_prediction_days."))


DECLARED = [
    HealthCheck(name="model_versions", label=_("Models in service"), check=check_versions),
    HealthCheck(name="prediction_days", label=_("Log of predictions"), check=check_partitions),
]
