"""Asking for a build, stopping one. Each records an intent: a worker is told once it is committed."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.collection.enums import Trigger
from apps.core.work import one_at_a_time
from apps.datasets.audit_actions import AuditAction
from apps.datasets.design import design_of, unfilled
from apps.datasets.enums import BuildState, FullReason
from apps.datasets.exceptions import BuildAlreadyActive, BuildOver, NothingToBuild
from apps.datasets.models import Build, Dataset, Entity, RecipeDependency
from apps.datasets.schema import DatasetSchema


@transaction.atomic
def request_build(
    *,
    dataset: Dataset,
    by: User | None,
    trigger: Trigger = Trigger.PERSON,
    note: str = "",
    is_full: bool = False,
) -> Build:
    """Ask for a version made by the design as it is now; `is_full`, of all that was collected whatever was made of it.
    `note` is what is said of it.

    Raises BuildAlreadyActive if one waits or goes on, NothingToBuild if a table has no recipe, or one that is not
    complete, or has nothing to read.
    """
    subject = f"datasets.dataset:{dataset.pk}"
    # Nobody changes the design, nor deletes the dataset, before this transaction ends.
    held: Dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    entities = list(held.entities.select_related("recipe").prefetch_related("columns"))
    if why := _why_nothing(held, entities):
        raise NothingToBuild(why, subject=subject)
    with one_build_at_a_time(subject):
        build: Build = Build.objects.create(
            dataset=held,
            trigger=trigger,
            full_because=FullReason.ASKED if is_full else "",
            requested_by=by,
            note=note,
            model=held.model,
            recipes={entity.name: entity.recipe.document for entity in entities},
            recipe_number=max(entity.recipe.number for entity in entities),
            schema=DatasetSchema(entities=tuple(entity.schema for entity in entities)).as_json(),
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


def _why_nothing(dataset: Dataset, entities: Sequence[Entity]) -> str:
    """What keeps this dataset from being built; "" if nothing does."""
    bare = [entity for entity in entities if not hasattr(entity, "recipe")]
    if bare:
        return _("Write the recipe of each table first: “%(name)s” has none.") % {"name": bare[0]}
    design = design_of(dataset)
    if lacking := unfilled(design, design.schema, dataset=dataset):
        return _("Complete the recipes first. %(fault)s") % {"fault": lacking[0]}
    reads = RecipeDependency.objects.filter(recipe__entity__dataset=dataset).select_related(
        "source", "dataset__current_version"
    )
    for each in reads:
        if each.source and not each.source.feeding_runs().exists():
            message = _("Collect the source “%(name)s” first: it holds nothing that passed its gate.")
            return message % {"name": each.source.name}
        if each.dataset and each.dataset.current_version is None:
            return _("Build the dataset “%(name)s” first: nothing of it is published.") % {"name": each.dataset.name}
    return ""


def one_build_at_a_time(subject: str) -> AbstractContextManager[None]:
    refusal = BuildAlreadyActive(_("This dataset is being built already."), subject=subject)
    return one_at_a_time("datasets_build_one_active_per_dataset", refusal)
