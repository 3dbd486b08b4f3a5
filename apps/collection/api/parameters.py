"""The parameters that narrow lists: one of a closed list each, refused when it is not."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from apps.core.api.problem_details import InvalidParameter
from apps.core.declarations import Text


def choice_of(name: str, choices: type[TextChoices], description: Text) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string", "enum": choices.values}
    return OpenApiParameter(name, schema, description=description)


def read_choice(request: Request, name: str, choices: type[TextChoices]) -> str:
    """The value of this parameter, empty if it is not given. Raises InvalidParameter."""
    given: str = request.query_params.get(name, "")
    if name in request.query_params and given not in choices.values:
        message = _("Possible: %(values)s.") % {"values": ", ".join(choices.values)}
        raise InvalidParameter({name: [ErrorDetail(message, code="invalid_choice")]})
    return given
