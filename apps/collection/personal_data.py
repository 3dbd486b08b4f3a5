"""What the collection keeps of people: who asked for what, and the text of records that could not be read.

What sources hold of people is not known here: it is told, column by column, by the datasets made of them.
"""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.collection.models import Checkpoint, QueryVersion, Rejection, Run, RunEvent, Segment, Source, StoredFile
from apps.core.declarations import Person, PersonalData, linked_by

WHO_ASKED = _("Knowing who set up a source or asked for its collection.")


def sources(person: Person) -> QuerySet[Source]:
    theirs = Q(created_by=person.user_id) | Q(followers=person.user_id)
    found: QuerySet[Source] = Source.objects.filter(theirs).distinct()
    return found if person.user_id else found.none()


def rejections(person: Person) -> QuerySet[Rejection]:
    """By e-mail alone: nothing else of a record that could not be cut into columns says whom it is about."""
    found: QuerySet[Rejection] = Rejection.objects.filter(text__icontains=person.email)
    return found if person.email else found.none()


DECLARED = [
    PersonalData(
        model=Source,
        fields=("created_by", "created_at", "actors", "followers"),
        not_personal=(
            "id",
            "name",
            "slug",
            "description",
            "kind",
            "config",
            "state",
            "purpose",
            "legal_basis",
            "columns",
            "retention_days",
            "is_rejected_text_kept",
            "max_rejected_rows",
            "max_rejected_share",
            "updated_at",
            "secrets",
            "mode",
            "key_columns",
            "parallel_parts",
            "max_rows",
            "max_minutes",
            "max_megabytes",
            "expected_columns",
            "on_missing_column",
            "on_new_column",
            "on_changed_type",
            "cron",
            "time_zone",
            "is_scheduled",
            "next_run_at",
            "planned_as",
            "schedule_error",
            "context",
            "technical_constraints",
            "access_conditions",
            "terms",
            "licence",
            "confidentiality",
        ),
        purpose=WHO_ASKED,
        retention=_("As long as the source. Deleting an account takes its link away."),
        find=sources,
        erase=lambda rows: rows.update(created_by=None),
    ),
    PersonalData(
        model=Run,
        fields=("requested_by", "requested_at"),
        not_personal=(
            "id",
            "lease_owner",
            "lease_until",
            "lease_renewed_at",
            "lease_count",
            "source",
            "state",
            "trigger",
            "started_at",
            "finished_at",
            "cancel_requested_at",
            "plan",
            "files",
            "rows_read",
            "rows_kept",
            "rows_rejected",
            "bytes_read",
            "bytes_total",
            "verdict",
            "error_kind",
            "error_code",
            "error_details",
            "segments_deleted_at",
            "mode",
            "since",
            "until",
            "replays",
            "pause_requested_at",
            "resumes_at",
            "told_at",
            "new_columns",
            "samples",
            "retry_seconds",
            "bookmark",
            "bytes_landed",
        ),
        purpose=WHO_ASKED,
        retention=_("As long as the source. Deleting an account takes its link away."),
        find=linked_by("requested_by", Run),
        erase=lambda rows: rows.update(requested_by=None),
    ),
    PersonalData(
        model=Rejection,
        fields=("text",),
        not_personal=("id", "run", "part", "seq", "row", "reason", "details"),
        purpose=_("Correcting at their source the records that could not be read."),
        retention=_("The retention of the source. A source may be set to keep no text at all."),
        find=rejections,
        erase=lambda rows: rows.update(text=""),
    ),
    PersonalData(
        model=Segment, not_personal=("id", "run", "part", "seq", "name", "rows", "size", "sha256", "landed_at")
    ),
    PersonalData(
        model=Checkpoint,
        not_personal=(
            "id",
            "lease_owner",
            "lease_until",
            "lease_renewed_at",
            "lease_count",
            "run",
            "rank",
            "part",
            "seq",
            "cursor",
            "high",
            "position",
            "is_complete",
            "updated_at",
        ),
    ),
    PersonalData(model=QueryVersion, not_personal=("id", "source", "digest", "sheet", "made_at", "updated_at")),
    PersonalData(model=RunEvent, not_personal=("id", "run", "at", "code", "details")),
    # Its content may hold personal data; it is the source's own, and goes with it.
    PersonalData(model=StoredFile, not_personal=("digest", "name", "size", "stored_at", "sources")),
]
