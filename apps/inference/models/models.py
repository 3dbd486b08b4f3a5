"""What a model is, and who may use it."""

from functools import cached_property
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.http import validate_outbound_url
from apps.core.interface import Viewer
from apps.core.secrets import EncryptedTextField
from apps.datasets.models import Dataset
from apps.inference.enums import ACTIVE_STATES, Audience, RiskClass, Slot, Task
from apps.inference.spec import ModelSpec

SEE = "inference.view_model"


class ModelQuerySet(models.QuerySet["Model"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Those whose making this person may look at."""
        return self if viewer.has_perm(SEE) else self.none()

    def usable_by(self, viewer: Viewer) -> Self:
        """Those that are in service for this person: what `Model.is_usable_by` says of each, asked of all at once."""
        serving = self.filter(deployments__slot=Slot.CHAMPION, deployments__withdrawn_at=None)
        if viewer.has_perm(SEE):
            return serving
        open_to = Q(audience=Audience.PUBLIC)
        if viewer.is_authenticated:
            open_to |= Q(audience=Audience.PEOPLE)
        return serving.filter(open_to)


class Model(models.Model):
    """One thing that is learnt, from its first training to its last version. `spec` is a `ModelSpec`, `spec_number` its
    version; it changes by `declaring` alone."""

    slug = models.SlugField(_("address"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    # What whoever uses it reads: what it is for, what it must not be used for, how to contest an answer.
    purpose = models.TextField(_("what it is for"), blank=True)
    limits = models.TextField(_("its limits"), blank=True)
    contact = models.EmailField(_("who to write to, to contest an answer"), blank=True)
    task = models.CharField(_("task"), max_length=20, choices=Task, editable=False)
    risk = models.CharField(_("risk class"), max_length=10, choices=RiskClass, default=RiskClass.LIMITED)
    audience = models.CharField(_("who may use it"), max_length=10, choices=Audience, default=Audience.STAFF)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    dataset = models.ForeignKey(
        Dataset, models.PROTECT, related_name="models", verbose_name=_("dataset"), editable=False
    )
    spec = models.JSONField(editable=False)
    spec_number = models.PositiveIntegerField(_("version of the declaration"), default=1, editable=False)
    # Where its reports are posted, and the token that is sent there and nowhere else: see `merge_requests`.
    forge_url = models.CharField(
        _("address of the forge"), max_length=500, blank=True, validators=[validate_outbound_url]
    )
    forge_token = EncryptedTextField(_("token of the forge"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    # What predictions refer to is not deleted.
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = ModelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("model")
        verbose_name_plural = _("models")
        permissions = [
            ("train_model", "Can train models"),
            ("review_model", "Can review versions of models"),
            ("deploy_model", "Can deploy versions of models"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inference:model", args=[self.slug])

    @cached_property
    def declared(self) -> ModelSpec:
        """Its declaration as it is now."""
        return ModelSpec.model_validate(self.spec)

    def is_usable_by(self, viewer: Viewer) -> bool:
        """Whether this person may ask it, if it is in service."""
        if viewer.has_perm(SEE) or self.audience == Audience.PUBLIC:
            return True
        return self.audience == Audience.PEOPLE and bool(viewer.is_authenticated)

    def deployed(self, slot: Slot) -> Any:
        """The version that is in this slot now, if one is."""
        row = self.deployments.filter(slot=slot, withdrawn_at=None).select_related("version").first()
        return row.version if row else None

    def active_training(self) -> Any:
        """The training that waits or goes on, if there is one: a model has one at most."""
        return self.trainings.filter(state__in=ACTIVE_STATES).first()
