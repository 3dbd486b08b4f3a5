"""Batches over REST: sending rows by the hundred thousand, following what becomes of them, fetching the answers."""

from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.scopes import covers
from apps.core import lake
from apps.core.api.media import Parser
from apps.core.api.serializers import StrictSerializer
from apps.core.interface import Viewer
from apps.datasets.models import Dataset, VersionTable
from apps.datasets.reading import Table
from apps.inference.api.loading import usable_model
from apps.inference.batch_failures import BatchFailure
from apps.inference.batching import cancel_batch, request_batch
from apps.inference.enums import BatchFormat, BatchState
from apps.inference.exceptions import BatchNotDone, BatchRefused
from apps.inference.models import Batch

SEE_DATASETS = "datasets:read"


@dataclass(frozen=True)
class Sent:
    """A file that is being received."""

    file: IO[bytes]
    form: BatchFormat


class FileParser(BaseParser):
    """A body that is the file itself, read as it comes: it is never whole in memory."""

    form: BatchFormat

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        return Sent(stream, self.form)


class CsvParser(FileParser):
    media_type, form = BatchFormat.CSV.media, BatchFormat.CSV


class JsonlParser(FileParser):
    media_type, form = BatchFormat.JSONL.media, BatchFormat.JSONL


class ParquetParser(FileParser):
    media_type, form = BatchFormat.PARQUET.media, BatchFormat.PARQUET


class FromDatasetSerializer(StrictSerializer):
    """The rows of the current version of a dataset."""

    dataset = serializers.CharField(max_length=60, help_text=_("The identifier of a dataset that you may read."))
    entity = serializers.CharField(
        max_length=50, required=False, default="", help_text=_("The name of its entity; the main one if left out.")
    )


class BatchSerializer(serializers.Serializer[Any]):
    """What becomes of a batch."""

    id = serializers.IntegerField(help_text=_("Its number."))
    model = serializers.CharField(source="model.slug", help_text=_("The model."))
    version = serializers.IntegerField(source="version.number", help_text=_("The version that answers."))
    state = serializers.ChoiceField(BatchState.choices, help_text=_("Where it is."))
    requested_at = serializers.DateTimeField(help_text=_("When it was asked for."))
    finished_at = serializers.DateTimeField(allow_null=True, help_text=_("When it ended."))
    rows_done = serializers.IntegerField(help_text=_("The rows answered or refused so far."))
    rows_refused = serializers.IntegerField(help_text=_("The rows refused so far."))
    rows_total = serializers.IntegerField(allow_null=True, help_text=_("All its rows, once they are known."))
    error = serializers.SerializerMethodField(help_text=_("Why it failed or was stopped, if it was."))
    url = serializers.SerializerMethodField(help_text=_("Where to read this again."))

    def get_error(self, batch: Batch) -> str:
        return BatchFailure.named(batch.error_code).tell(batch.error_details) if batch.error_code else ""

    def get_url(self, batch: Batch) -> str:
        return f"{settings.SITE_URL}{reverse('api-model-batch', args=[batch.model.slug, batch.pk])}"


RESULT = OpenApiParameter(
    "result",
    {"type": "string", "enum": BatchFormat.values, "default": BatchFormat.PARQUET.value},
    description=_("The format of the answers."),
)
A_FILE = {"type": "string", "format": "binary"}


class BatchesView(APIView):
    parser_classes = [Parser, CsvParser, JsonlParser, ParquetParser]

    @extend_schema(
        operation_id="models_batches_create",
        tags=["models"],
        summary=_("Ask for a batch"),
        description=_(
            "Send a file of rows as the body, with the names of the fields as its columns; or, in JSON, name a dataset "
            "that your token may read. The rows are answered by a worker, in their order; those that are refused are "
            "set aside, each with its field and the code of its fault. The columns that you sent are given back beside "
            "the answers, whether the model reads them or not; of a dataset, those that tell its rows apart."
        ),
        parameters=[RESULT],
        request={
            "application/json": FromDatasetSerializer,
            **dict.fromkeys((form.media for form in BatchFormat), A_FILE),
        },
        responses={202: BatchSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        model = usable_model(slug, request.user)
        wanted = request.query_params.get("result", BatchFormat.PARQUET)
        if wanted not in BatchFormat.values:
            raise BatchRefused(_("The answers are written as csv, jsonl or parquet."))
        asked: dict[str, Any] = {"by": request.user, "result_format": BatchFormat(wanted)}
        sent: Any = request.data
        if isinstance(sent, Sent):
            asked |= {"upload": sent.file, "source_format": sent.form}
        else:
            serializer = FromDatasetSerializer(data=sent)
            serializer.is_valid(raise_exception=True)
            asked["table"] = _table(request, **serializer.validated_data)
        batch = request_batch(model=model, **asked)
        return Response(BatchSerializer(batch).data, status=status.HTTP_202_ACCEPTED)


class BatchView(APIView):
    @extend_schema(
        operation_id="models_batch_read",
        tags=["models"],
        summary=_("What becomes of a batch"),
        description=_("Its state, and how many of its rows are done."),
        responses=BatchSerializer,
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(BatchSerializer(_load(request.user, slug, pk)).data)


class BatchCancelView(APIView):
    @extend_schema(
        operation_id="models_batch_cancel",
        tags=["models"],
        summary=_("Stop a batch"),
        description=_("At once if no worker has it, after the rows that it is answering otherwise."),
        request=None,
        responses=BatchSerializer,
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        cancel_batch(batch=_load(request.user, slug, pk))
        return Response(BatchSerializer(_load(request.user, slug, pk)).data)


class BatchFileView(APIView):
    """`file` is the field of the batch that names what is fetched: by whoever sent the rows, which it holds."""

    file = "result"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The format was chosen with the batch."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="models_batch_result",
        tags=["models"],
        summary=_("The answers of a batch"),
        description=_(
            "A row for each row that was sent, in their order: its number, the columns that you sent, then the answer, "
            "null where it was refused. A column that is called as one of the answer is numbered: `answer_2`. Only "
            "whoever asked for the batch has it."
        ),
        responses={(200, form.media): OpenApiResponse(A_FILE, description=_("The file.")) for form in BatchFormat},
    )
    def get(self, request: Request, slug: str, pk: int) -> FileResponse:
        batch = _load(request.user, slug, pk)
        if batch.requested_by_id != request.user.pk:
            raise Http404
        name = getattr(batch, self.file)
        if not name:
            raise BatchNotDone(_("This batch has no answers yet."), subject=f"inference.batch:{batch.pk}")
        form = name.rpartition(".")[2]
        return FileResponse(
            lake.storage().open(name),
            as_attachment=True,
            filename=f"{batch.model.slug}-{batch.pk}-{self.file}.{form}",
            content_type=BatchFormat(form).media,
        )


class BatchRefusedView(BatchFileView):
    file = "refused"

    @extend_schema(
        operation_id="models_batch_refused",
        tags=["models"],
        summary=_("The refused rows of a batch"),
        description=_("For each fault: the row, counted from 1, the field, and the code of the fault, as CSV."),
        responses={(200, BatchFormat.CSV.media): OpenApiResponse(A_FILE, description=_("The file."))},
    )
    def get(self, request: Request, slug: str, pk: int) -> FileResponse:
        return super().get(request, slug, pk)


def _load(viewer: Viewer, slug: str, pk: int) -> Batch:
    """A batch that this person may see. Raises Http404."""
    if pk >= 2**63:
        raise Http404
    seen = Batch.objects.visible_to(viewer).select_related("model", "version")
    batch: Batch = get_object_or_404(seen, pk=pk, model__slug=slug)
    return batch


def _table(request: Request, *, dataset: str, entity: str) -> VersionTable:
    """The table of a dataset that this person may read whole: its answers tell of every column. Raises BatchRefused."""
    seen = Dataset.objects.visible_to(request.user).select_related("current_version")
    found = seen.filter(slug=dataset).exclude(current_version=None).first()
    try:
        if found and found.current_version and covers(getattr(request.auth, "scopes", ()), SEE_DATASETS):
            table = Table.of(found.current_version, request.user, entity)
            if table.is_whole:
                return table.stored
    except VersionTable.DoesNotExist:
        pass
    raise BatchRefused(_("There is no such table that your token may read whole."))
