"""Writing rows: judged as a build would judge them, then kept until the next one reads them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from apps.accounts.permissions import HasScope
from apps.accounts.requests import TokenRequest
from apps.collection.api.permissions import OwnerMay
from apps.datasets.api.loading import load, refusal, viewer_of
from apps.datasets.api.rows import EntityRowsView
from apps.datasets.api.serializers import ReceiptSerializer
from apps.datasets.exceptions import RowFault, RowsRefused
from apps.datasets.receiving import MAX_RECORDS, receive_rows

NON_FIELD = api_settings.NON_FIELD_ERRORS_KEY
LONGEST_KEY = 255
WRITE_COST = 20
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=gettext_lazy(
        "What you call this request: a UUID, for instance. Sent again with the same key, it is kept once: do so if you "
        "do not know whether it arrived."
    ),
)
RECORD = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
EXAMPLE = OpenApiExample(
    "Opinions", request_only=True, value=[{"prediction": "p-41", "agrees": True, "comment": "Seen on site."}]
)


class WritableRowsView(EntityRowsView):
    """The rows of an entity, which programs may add to where its recipe takes them."""

    rights: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("datasets.add_receipt",)}

    def get_permissions(self) -> list[Any]:
        writes = self.request.method == "POST"
        return [IsAuthenticated(), HasScope(), OwnerMay()] if writes else list(super().get_permissions())

    def cost_of(self, request: Request) -> int:
        return WRITE_COST if request.method == "POST" else super().cost_of(request)

    @extend_schema(
        operation_id="datasets_entity_rows_write",
        tags=["datasets"],
        summary=gettext_lazy("Write rows"),
        description=gettext_lazy(
            "Rows of an entity whose recipe takes what is received: one, or a list of 500 at most. They are judged at "
            "once by the recipe, the types and the rules that a build applies: all are kept or none is, and what is "
            "wrong is told field by field. They are read in the next version that is built. A key that is published "
            "already is only seen then."
        ),
        parameters=[KEY],
        request={"application/json": {"oneOf": [RECORD, {"type": "array", "items": RECORD, "maxItems": MAX_RECORDS}]}},
        responses={202: ReceiptSerializer},
        examples=[EXAMPLE],
    )
    def post(self, request: TokenRequest, slug: str, entity: str) -> Response:
        dataset = load(slug, viewer_of(request))
        key, records = _key(request), _records(request.data)
        try:
            receipt, _is_new = receive_rows(dataset=dataset, entity=entity, records=records, key=key, by=request.user)
        except RowsRefused as error:
            raise _refusal(error.faults, is_list=isinstance(request.data, list)) from error
        return Response(ReceiptSerializer(receipt).data, status=status.HTTP_202_ACCEPTED)


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise refusal({"Idempotency-Key": _("Name your request in this header: 1 to 255 characters.")})
    return key


def _records(given: Any) -> list[dict[str, Any]]:
    """Raises ValidationError unless it is a record, or a list of some."""
    records = given if isinstance(given, list) else [given]
    if not 1 <= len(records) <= MAX_RECORDS:
        raise ValidationError({NON_FIELD: [_("Write from 1 to %(most)d rows at once.") % {"most": MAX_RECORDS}]})
    if wrong := {str(row): [_("Write an object.")] for row, each in enumerate(records) if not isinstance(each, dict)}:
        raise ValidationError(wrong if isinstance(given, list) else {NON_FIELD: wrong["0"]})
    return records


def _refusal(faults: Sequence[RowFault], *, is_list: bool) -> ValidationError:
    """All that is wrong, each thing at its place in the body."""
    rows: dict[str, dict[str, list[ErrorDetail]]] = {}
    for fault in faults:
        at = rows.setdefault(str(fault.row), {}).setdefault(fault.field or NON_FIELD, [])
        at.append(ErrorDetail(fault.message, code=fault.code))
    return ValidationError(rows if is_list else rows["0"])
