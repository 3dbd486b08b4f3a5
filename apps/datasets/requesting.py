"""Asking for a build, stopping one. Each records an intent: a worker is told once it is committed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.enums import Trigger
from apps.datasets.audit_actions import AuditAction
from apps.datasets.enums import BuildState
from apps.datasets.exceptions import BuildAlreadyActive, BuildOver, NothingToBuild
from apps.datasets.models import Build, Dataset, Entity, Recipe


@transaction.atomic
def request_build(*, dataset: Dataset, by: User | None, trigger: Trigger = Trigger.PERSON) -> Build:
    """Ask for a version made by the recipe as it is now.

    Raises BuildAlreadyActive if one waits or goes on, NothingToBuild if the source holds nothing.
    """
    subject = f"datasets.dataset:{dataset.pk}"
    # Nobody changes the design, nor deletes the dataset, before this transaction ends.
    held: Dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    entity = Entity.objects.filter(dataset=held).select_related("recipe__source").first()
    recipe: Recipe | None = getattr(entity, "recipe", None)
    if entity is None or recipe is None or not recipe.source.feeding_runs().exists():
        raise NothingToBuild(_("Collect the source first: it holds nothing that passed its gate."), subject=subject)
    with _one_at_a_time(subject):
        build: Build = Build.objects.create(
            dataset=held,
            trigger=trigger,
            requested_by=by,
            recipe={"source": recipe.source.slug, "steps": recipe.steps},
            recipe_number=recipe.number,
            schema=entity.schema.as_json(),
            schema_version=held.schema_version,
        )
    record(action=AuditAction.BUILD_REQUESTED, actor=by, subject=held, details={"build": build.pk})
    return build


@transaction.atomic
def cancel_build(*, build: Build, by: User | None) -> Build:
    """Stop a build: at once if nobody works on it yet, within seconds otherwise, or at the end of its loading.

    Nothing of it is published. Raises BuildOver.
    """
    held: Build = Build.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=build.pk)
    if held.is_over:
        raise BuildOver(_("This build is over already."), subject=f"datasets.build:{held.pk}")
    held.cancel_requested_at = timezone.now()
    if not held.is_held:
        held.state, held.finished_at = BuildState.CANCELLED, held.cancel_requested_at
    held.save(update_fields=["cancel_requested_at", "state", "finished_at"])
    record(action=AuditAction.BUILD_CANCELLED, actor=by, subject=held.dataset, details={"build": held.pk})
    return held


def request_due_builds(*, now: datetime) -> list[Build]:
    """Ask for a build of each dataset whose source was collected since its last one; those that were asked for."""
    builds = []
    for dataset in Dataset.objects.to_build(at=now):
        # Somebody else may ask at the same time, or the collected files be forgotten.
        with suppress(BuildAlreadyActive, NothingToBuild):
            builds.append(request_build(dataset=dataset, by=None, trigger=Trigger.CLOCK))
    return builds


@contextmanager
def _one_at_a_time(subject: str) -> Iterator[None]:
    """The database answers for it, whatever is asked at the same time."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != "datasets_build_one_active_per_dataset":
            raise
        raise BuildAlreadyActive(_("This dataset is being built already."), subject=subject) from None
