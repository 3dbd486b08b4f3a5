"""The models that learn from what is made of a source, on the page of that source."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.collection.readers import SourceReader
from apps.core.interface import Stage, Viewer
from apps.datasets.models import Dataset
from apps.inference.interface import RANK
from apps.inference.models import Model
from apps.inference.standing import champions, latest_trainings, open_reviews, standing_of


def stages(source: Any, viewer: Viewer) -> Sequence[Stage]:
    """One lock for each model of a dataset whose recipe reads this source, among those that the viewer may see."""
    reading = Dataset.objects.visible_to(viewer).filter(entities__recipe__dependencies__source=source)
    models: list[Model] = list(Model.objects.visible_to(viewer).filter(dataset__in=reading, archived_at=None))
    serving, last, reviews = champions(models), latest_trainings(models), open_reviews(models)
    found = []
    for model in models:
        champion = serving.get(model.pk)
        standing = standing_of(model=model, champion=champion, last=last.get(model.pk), review=reviews.get(model.pk))
        found.append(
            Stage(
                label=model.name,
                rank=RANK,
                gate=standing.gate,
                url=model.get_absolute_url(),
                figure=_("Version %(number)s") % {"number": champion.number} if champion else "",
                unit=_("in service") if champion else "",
                gate_note=standing.sentence,
                is_held=standing.is_held and champion is not None,
            )
        )
    return found


DECLARED = [SourceReader(stages=stages)]
