"""What every page of a model begins with: the model, if this person may see it, how it stands, its tabs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.accounts.models import User
from apps.core.interface import Tab
from apps.inference.enums import Slot
from apps.inference.models import Deployment, Model, ModelVersion, Review, TrainingRun
from apps.inference.standing import Standing, standing_of


@dataclass(frozen=True)
class ModelPage:
    """One model as one person sees it."""

    model: Model
    viewer: User

    @classmethod
    def load(cls, request: HttpRequest, slug: str) -> "ModelPage":
        """Raises Http404 for whoever may not see models: that it exists is not told either."""
        visible = Model.objects.visible_to(request.user).select_related("dataset__current_version", "owner")
        visible = visible.defer("dataset__current_version__manifest", "dataset__current_version__schema")
        return cls(get_object_or_404(visible, slug=slug), request.user)  # type: ignore[arg-type]  # behind `requires`

    @cached_property
    def champion(self) -> Deployment | None:
        """The deployment that is in service, with its version."""
        rows = self.model.deployments.current().filter(slot=Slot.CHAMPION)
        found: Deployment | None = rows.select_related(
            "version__training__evaluation", "version__training__dataset_version", "review__decided_by", "by"
        ).first()
        return found

    @property
    def served(self) -> ModelVersion | None:
        return self.champion.version if self.champion else None

    @cached_property
    def last(self) -> TrainingRun | None:
        """The last training."""
        found: TrainingRun | None = self.model.trainings.select_related("version", "dataset_version").first()
        return found

    @cached_property
    def open_review(self) -> Review | None:
        """A review of one of its versions that awaits a decision."""
        reviews = Review.objects.open().filter(version__model=self.model.pk)
        found: Review | None = reviews.select_related("version__training", "requested_by").first()
        return found

    @cached_property
    def standing(self) -> Standing:
        return standing_of(model=self.model, champion=self.served, last=self.last, review=self.open_review)

    def version(self, number: int) -> ModelVersion:
        """Raises Http404."""
        found = self.model.versions.select_related("training__evaluation", "training__requested_by")
        version: ModelVersion = get_object_or_404(found, number=number)
        version.model = version.training.model = self.model
        return version

    def training(self, pk: int) -> TrainingRun:
        """Raises Http404."""
        found = self.model.trainings.select_related("requested_by", "version", "dataset_version", "evaluation")
        run: TrainingRun = get_object_or_404(found, pk=pk)
        run.model = self.model
        return run

    def context(self, tab: str, **more: Any) -> dict[str, Any]:
        return {"shown": self, "model": self.model, "tabs": self.tabs(tab), **more}

    def tabs(self, current: str) -> list[Tab]:
        pages = [
            ("model", _("Overview")),
            ("trainings", _("Trainings")),
            ("monitoring", pgettext("of a model", "Watch")),
            ("declaration", _("Declaration")),
        ]
        return [
            Tab(label=label, url=reverse(f"inference:{name}", args=[self.model.slug]), is_current=name == current)
            for name, label in pages
        ]


def number_asked(given: str | None) -> int:
    """A number of an address. Raises Http404 if it is none."""
    if not given or not given.isdecimal() or len(given) > 9:
        raise Http404
    return int(given)
