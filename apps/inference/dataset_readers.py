"""The versions of models that learnt from a version of a dataset, in the lineage of that dataset."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.core.interface import Viewer
from apps.datasets.models import Version
from apps.datasets.readers import DatasetReader, Made
from apps.inference.models import Model, ModelVersion
from apps.inference.standing import stand


def made(version: Version, viewer: Viewer) -> Sequence[Made]:
    """Each version of a model that learnt from this version, among the models that the viewer may see."""
    if not viewer.has_perm("inference.view_modelversion"):
        return []
    learnt = ModelVersion.objects.filter(
        training__dataset_version=version.pk, model__in=Model.objects.visible_to(viewer)
    ).select_related("model")
    learnt = learnt.defer("profile", "golden", "signature").order_by("model__slug", "-number")
    return [
        Made(
            id=f"model:{stood.version.model.slug}:{stood.version.number}",
            kind=_("Model"),
            name=stood.version.model.name,
            note=_("version %(number)s, %(stage)s")
            % {"number": stood.version.number, "stage": str(stood.stage.label).lower()},
            url=stood.version.get_absolute_url(),
            said=_("Version %(number)s of the model “%(name)s” learnt from it.")
            % {"number": stood.version.number, "name": stood.version.model.name},
        )
        for stood in stand(list(learnt))
    ]


DECLARED = [DatasetReader(made=made)]
