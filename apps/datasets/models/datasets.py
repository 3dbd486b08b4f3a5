"""What a dataset is: its entity, typed columns, and the recipe that fills them."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import RunState
from apps.collection.models import Run, Source
from apps.core.interface import Viewer
from apps.datasets.enums import ACTIVE_STATES, ColumnType, PersonalData
from apps.datasets.schema import ColumnSchema, EntitySchema


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Public ones for anyone; the others for whoever may see datasets."""
        return self if viewer.has_perm("datasets.view_dataset") else self.filter(is_public=True)

    def published(self) -> Self:
        return self.exclude(current_version=None)

    def never_built(self) -> Self:
        return self.filter(builds=None)

    def to_build(self, *, at: datetime) -> Self:
        """Those built by themselves whose source was collected after their last build was asked for, if any was."""
        collected = Run.objects.filter(
            source__recipes__entity__dataset=OuterRef("pk"),
            state=RunState.SUCCEEDED,
            segments_deleted_at=None,
            finished_at__lte=at,
        ).order_by("-pk")
        latest = self.filter(is_built_by_itself=True).annotate(
            collected=Subquery(collected.values("pk")[:1]), collected_at=Subquery(collected.values("finished_at")[:1])
        )
        builds = apps.get_model("datasets.Build").objects.filter(dataset=OuterRef("pk"))
        return latest.exclude(collected=None).exclude(
            Exists(builds.filter(Q(state__in=ACTIVE_STATES) | Q(requested_at__gte=OuterRef("collected_at"))))
        )


class Dataset(models.Model):
    """A table that people and programs read, always on the last version that passed its gate."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("identifier"), max_length=60, unique=True)
    description = models.TextField(_("description"), blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Anyone may read it, on the site and over REST, without an account.")
    )
    is_built_by_itself = models.BooleanField(
        _("build by itself"), default=True, help_text=_("A new version is built each time its source is collected.")
    )
    max_rejected_share = models.DecimalField(
        _("rejected share at most, in %"),
        max_digits=5,
        decimal_places=2,
        default=5,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Above it the gate closes: the new version is not published."),
    )
    current_version = models.ForeignKey(
        "datasets.Version", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # Raised by each change of the entity: what is cached for an older one is no longer true.
    schema_version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[Any] = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        permissions = [
            ("build_dataset", _("Can build and publish versions")),
            ("view_personal_columns", _("Can read directly identifying and sensitive columns")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("datasets:dataset", args=[self.slug])

    def is_visible_to(self, viewer: Viewer) -> bool:
        return self.is_public or bool(viewer.has_perm("datasets.view_dataset"))

    def active_build(self) -> Any:
        """The build that waits or goes on, if there is one: a dataset has one at most."""
        return self.builds.filter(state__in=ACTIVE_STATES).first()

    def latest_build(self) -> Any:
        return self.builds.order_by("-pk").first()


class Entity(models.Model):
    """What each row of a table is about. A dataset has one for now, several once it is designed with Merise."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="entities", verbose_name=_("dataset"))
    name = models.CharField(_("name"), max_length=50)
    label = models.CharField(_("label"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="datasets_entity_unique_name")]

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def schema(self) -> EntitySchema:
        """Its shape as a value; one query, unless the columns are prefetched."""
        columns = tuple(column.schema for column in self.columns.all())
        return EntitySchema(name=self.name, label=self.label, columns=columns)


class Column(models.Model):
    """One line of the dictionary."""

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="columns", verbose_name=_("entity"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=50)
    label = models.CharField(_("label"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=ColumnType, default=ColumnType.TEXT)
    is_key = models.BooleanField(_("identifies a row"), default=False)
    is_required = models.BooleanField(_("required"), default=False)
    is_unique = models.BooleanField(_("unique"), default=False)
    max_length = models.PositiveIntegerField(_("characters at most"), default=0, help_text=_("0: no limit."))
    digits = models.PositiveSmallIntegerField(_("digits in all"), default=18, validators=[MaxValueValidator(38)])
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=6, validators=[MaxValueValidator(20)])
    personal_data = models.CharField(_("personal data"), max_length=10, choices=PersonalData, default=PersonalData.NONE)

    class Meta:
        ordering = ["entity", "position"]
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        constraints = [
            models.UniqueConstraint(fields=["entity", "name"], name="datasets_column_unique_name"),
            models.CheckConstraint(
                condition=Q(decimals__lte=models.F("digits"), digits__gte=1),
                name="datasets_column_decimals_fit",
                violation_error_message=_("There cannot be more decimals than digits."),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def schema(self) -> ColumnSchema:
        return ColumnSchema(
            name=self.name,
            type=ColumnType(self.type),
            label=self.label,
            description=self.description,
            unit=self.unit,
            is_key=self.is_key,
            is_required=self.is_required,
            is_unique=self.is_unique,
            max_length=self.max_length,
            digits=self.digits,
            decimals=self.decimals,
            personal_data=PersonalData(self.personal_data),
        )


class Recipe(models.Model):
    """How an entity is filled. `steps` is the JSON of the steps of a `recipes.document.Recipe`."""

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="recipe", verbose_name=_("entity"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="recipes", verbose_name=_("source"))
    steps = models.JSONField(_("steps"), default=list, blank=True)
    number = models.PositiveIntegerField(_("version of the recipe"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("recipe")
        verbose_name_plural = _("recipes")

    def __str__(self) -> str:
        return f"{self.entity_id}/{self.number}"
