"""What datasets keep of people: who designed or asked for what.

What the rows themselves hold of people is told column by column, in the dictionary of each dataset.
"""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.declarations import Person, PersonalData
from apps.datasets.models import Build, Column, Dataset, Entity, Recipe, Version

WHO_ASKED = _("Knowing who designed a dataset or asked for its versions.")
AS_LONG_AS_THE_DATASET = _("As long as the dataset. Deleting an account takes its link away.")


def datasets(person: Person) -> QuerySet[Dataset]:
    found: QuerySet[Dataset] = Dataset.objects.filter(created_by=person.user_id)
    return found if person.user_id else found.none()


def builds(person: Person) -> QuerySet[Build]:
    found: QuerySet[Build] = Build.objects.filter(requested_by=person.user_id)
    return found if person.user_id else found.none()


DECLARED = [
    PersonalData(
        model=Dataset,
        fields=("created_by", "created_at"),
        not_personal=(
            "id",
            "name",
            "slug",
            "description",
            "licence",
            "is_public",
            "is_built_by_itself",
            "max_rejected_share",
            "current_version",
            "schema_version",
            "updated_at",
        ),
        purpose=WHO_ASKED,
        retention=AS_LONG_AS_THE_DATASET,
        find=datasets,
        erase=lambda rows: rows.update(created_by=None),
    ),
    PersonalData(
        model=Build,
        fields=("requested_by", "requested_at"),
        not_personal=(
            "id",
            "lease_owner",
            "lease_until",
            "lease_renewed_at",
            "lease_count",
            "dataset",
            "state",
            "phase",
            "trigger",
            "started_at",
            "finished_at",
            "cancel_requested_at",
            "runs",
            "recipe",
            "recipe_number",
            "schema",
            "schema_version",
            "sql",
            "rows_in",
            "rows_kept",
            "rows_rejected",
            "reasons",
            "snapshot",
            "rejects",
            "verdict",
            "error_kind",
            "error_code",
            "error_details",
        ),
        purpose=WHO_ASKED,
        retention=AS_LONG_AS_THE_DATASET,
        find=builds,
        erase=lambda rows: rows.update(requested_by=None),
    ),
    PersonalData(model=Entity, not_personal=("id", "dataset", "name", "label", "description")),
    PersonalData(
        model=Column,
        not_personal=(
            "id",
            "entity",
            "position",
            "name",
            "label",
            "description",
            "unit",
            "type",
            "is_key",
            "is_required",
            "is_unique",
            "max_length",
            "digits",
            "decimals",
            "personal_data",
        ),
    ),
    PersonalData(model=Recipe, not_personal=("id", "entity", "source", "steps", "number", "updated_at")),
    PersonalData(
        model=Version,
        not_personal=(
            "id",
            "dataset",
            "number",
            "build",
            "parent",
            "schema",
            "schema_version",
            "rows",
            "size",
            "sha256",
            "snapshot",
            "manifest",
            "note",
            "table",
            "published_at",
            "replaced_at",
        ),
    ),
]
