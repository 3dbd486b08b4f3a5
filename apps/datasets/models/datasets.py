"""What a dataset is: its entities, their typed columns, and who reads it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.collection.enums import RunState
from apps.collection.models import Run
from apps.core.interface import Viewer
from apps.datasets.enums import (
    ACTIVE_STATES,
    ColumnType,
    Confidentiality,
    Mask,
    PersonalData,
    Visibility,
)
from apps.datasets.schema import ColumnSchema, EntitySchema, ForeignKey

# The rights by which roles read datasets: internal ones, restricted ones too, and every column of them.
SEE = "datasets.view_dataset"
SEE_RESTRICTED = "datasets.view_restricted_dataset"
SEE_ALL_COLUMNS = "datasets.view_personal_columns"


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Those that this person may read: what `Dataset.level_for` says of each, asked of all at once."""
        if viewer.has_perm(SEE_RESTRICTED):
            return self
        seen = Q(visibility=Visibility.PUBLIC)
        if viewer.has_perm(SEE):
            seen |= Q(visibility=Visibility.INTERNAL) | Q(created_by=viewer.pk, created_by__isnull=False)
        if viewer.is_authenticated:
            grants = apps.get_model("datasets.Grant").objects.to(viewer)
            seen |= Q(Exists(grants.filter(dataset=OuterRef("pk"))))
        return self.filter(seen)

    def published(self) -> Self:
        return self.exclude(current_version=None)

    def never_built(self) -> Self:
        return self.filter(builds=None)

    def to_build(self, *, at: datetime) -> Self:
        """Those built by themselves that have news since their last build was asked for, if any was: a source that was
        collected, a version of a dataset that they are made from, or rows that a program wrote.
        """
        collected = Run.objects.filter(
            source__recipe_dependencies__recipe__entity__dataset=OuterRef("pk"),
            state=RunState.SUCCEEDED,
            segments_deleted_at=None,
            finished_at__lte=at,
        ).order_by("-finished_at")
        published = apps.get_model("datasets.Version").objects.filter(
            dataset__recipe_dependencies__recipe__entity__dataset=OuterRef("pk"), published_at__lte=at
        )
        received = apps.get_model("datasets.Receipt").objects.filter(dataset=OuterRef("pk"), received_at__lte=at)
        # The greatest of those that are: PostgreSQL passes over what is null.
        latest = self.filter(is_built_by_itself=True).annotate(
            news_at=Greatest(
                Subquery(collected.values("finished_at")[:1]),
                Subquery(published.order_by("-published_at").values("published_at")[:1]),
                Subquery(received.order_by("-received_at").values("received_at")[:1]),
            )
        )
        builds = apps.get_model("datasets.Build").objects.filter(dataset=OuterRef("pk"))
        return latest.exclude(news_at=None).exclude(
            Exists(builds.filter(Q(state__in=ACTIVE_STATES) | Q(requested_at__gte=OuterRef("news_at"))))
        )


class Dataset(models.Model):
    """Tables that people and programs read, always on the last version that passed its gate.

    `model` is the document of its `merise.document.DataModel`; its entities and their columns follow from it.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("identifier"), max_length=60, unique=True)
    description = models.TextField(_("description"), blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    visibility = models.CharField(
        _("who reads it"),
        max_length=10,
        choices=Visibility,
        default=Visibility.INTERNAL,
        help_text=_(
            "Public: anyone, on the site and over REST, without an account. Internal: the roles that see datasets. "
            "Restricted: whoever made it, and those to whom it is granted."
        ),
    )
    is_built_by_itself = models.BooleanField(
        _("build by itself"),
        default=True,
        help_text=_("A new version is built each time what it is made from is collected, or published."),
    )
    max_rejected_share = models.DecimalField(
        _("rejected share at most, in %"),
        max_digits=5,
        decimal_places=2,
        default=5,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Above it the gate closes: the new version is not published."),
    )
    model = models.JSONField(default=dict, editable=False)
    current_version = models.ForeignKey(
        "datasets.Version", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # Raised by each change of the model: what is cached for an older one is no longer true.
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
            (
                "view_personal_columns",
                _("Can read restricted columns: directly identifying, sensitive…"),
            ),
            ("view_restricted_dataset", _("Can see restricted datasets that were not granted")),
            ("grant_dataset", _("Can decide who reads a dataset")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("datasets:dataset", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC

    def is_visible_to(self, viewer: Viewer) -> bool:
        return self.level_for(viewer) is not None

    def level_for(self, viewer: Viewer) -> Confidentiality | None:
        """How far this person reads its columns; None if they may not know of it. Asked once of an instance."""
        levels: dict[Any, Confidentiality | None] = self.__dict__.setdefault("_levels", {})
        if viewer not in levels:
            ask_levels([self], viewer)
        return levels[viewer]

    def is_open_by_role_to(self, viewer: Viewer) -> bool:
        """Whether this person reads it without any grant."""
        match self.visibility:
            case Visibility.PUBLIC:
                return True
            case Visibility.INTERNAL:
                return bool(viewer.has_perm(SEE))
        is_maker = self.created_by_id is not None and self.created_by_id == viewer.pk
        return bool(viewer.has_perm(SEE_RESTRICTED) or (is_maker and viewer.has_perm(SEE)))

    def shows_builds_to(self, viewer: Viewer) -> bool:
        """Whether this person sees how its versions are made: that it was granted to them is not enough."""
        return self.is_open_by_role_to(viewer) and bool(viewer.has_perm("datasets.view_build"))

    def active_build(self) -> Any:
        """The build that waits or goes on, if there is one: a dataset has one at most."""
        return self.builds.filter(state__in=ACTIVE_STATES).first()

    def latest_build(self) -> Any:
        return self.builds.order_by("-pk").first()


def ask_levels(datasets: Sequence[Dataset], viewer: Viewer) -> None:
    """What `Dataset.level_for` says of each of these, asked of the database once.

    Where roles do not open a dataset, they add nothing to a grant either: it is read as far as the grant says.
    """
    levels = {each.pk: [level_of_roles(viewer)] if each.is_open_by_role_to(viewer) else [] for each in datasets}
    unsettled = [pk for pk, known in levels.items() if Confidentiality.RESTRICTED not in known]
    if unsettled and viewer.is_authenticated:
        grants = apps.get_model("datasets.Grant").objects.to(viewer).filter(dataset__in=unsettled)
        for pk, level in grants.values_list("dataset", "level"):
            levels[pk].append(Confidentiality(level))
    for each in datasets:
        furthest = max(levels[each.pk], key=list(Confidentiality).index, default=None)
        each.__dict__.setdefault("_levels", {})[viewer] = furthest


def level_of_roles(viewer: Viewer) -> Confidentiality:
    """How far the roles of this person read the columns of the datasets that they open."""
    if viewer.has_perm(SEE_ALL_COLUMNS):
        return Confidentiality.RESTRICTED
    return Confidentiality.INTERNAL if viewer.has_perm(SEE) else Confidentiality.PUBLIC


class Entity(models.Model):
    """What each row of a table is about: an entity of the model, or an association that is a table of its own.

    Written by `designing` from the model, never by hand. `foreign_keys` and `uniques` are those of its `EntitySchema`.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="entities", verbose_name=_("dataset"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=50)
    label = models.CharField(_("label"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    foreign_keys = models.JSONField(_("foreign keys"), default=list, blank=True)
    uniques = models.JSONField(_("unique together"), default=list, blank=True)

    class Meta:
        ordering = ["dataset", "position"]
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="datasets_entity_unique_name")]

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def schema(self) -> EntitySchema:
        """Its shape as a value; one query, unless the columns are prefetched."""
        return EntitySchema(
            name=self.name,
            label=self.label,
            description=self.description,
            columns=tuple(column.schema for column in self.columns.all()),
            foreign_keys=tuple(ForeignKey.from_json(each) for each in self.foreign_keys),
            uniques=tuple(tuple(names) for names in self.uniques),
        )


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
    is_indexed = models.BooleanField(_("indexed"), default=False)
    max_length = models.PositiveIntegerField(_("characters at most"), default=0, help_text=_("0: no limit."))
    digits = models.PositiveSmallIntegerField(_("digits in all"), default=18, validators=[MaxValueValidator(38)])
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=6, validators=[MaxValueValidator(20)])
    minimum = models.CharField(_("least value"), max_length=100, blank=True)
    maximum = models.CharField(_("greatest value"), max_length=100, blank=True)
    choices = models.JSONField(_("values allowed"), default=list, blank=True)
    pattern = models.CharField(_("pattern"), max_length=500, blank=True)
    personal_data = models.CharField(_("personal data"), max_length=10, choices=PersonalData, default=PersonalData.NONE)
    confidentiality = models.CharField(
        _("confidentiality"), max_length=10, choices=Confidentiality, default=Confidentiality.PUBLIC
    )
    mask = models.CharField(_("mask"), max_length=10, choices=Mask, default=Mask.HIDDEN)

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
            is_indexed=self.is_indexed,
            max_length=self.max_length,
            digits=self.digits,
            decimals=self.decimals,
            minimum=self.minimum,
            maximum=self.maximum,
            choices=tuple(self.choices),
            pattern=self.pattern,
            personal_data=PersonalData(self.personal_data),
            confidentiality=Confidentiality(self.confidentiality),
            mask=Mask(self.mask),
        )
