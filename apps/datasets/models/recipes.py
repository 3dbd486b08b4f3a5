"""How the entities of a dataset are filled, and what that reads."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.collection.models import Source
from apps.datasets.models.datasets import Dataset, Entity


class Recipe(models.Model):
    """How an entity is filled. `document` is that of a `recipes.document.Recipe`."""

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="recipe", verbose_name=_("entity"))
    document = models.JSONField(_("recipe"), default=dict)
    number = models.PositiveIntegerField(_("version of the recipe"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("recipe")
        verbose_name_plural = _("recipes")

    def __str__(self) -> str:
        return f"{self.entity_id}/{self.number}"


class RecipeDependency(models.Model):
    """What a recipe reads, so that neither the source nor the dataset is deleted under it: one of the two."""

    recipe = models.ForeignKey(Recipe, models.CASCADE, related_name="dependencies", verbose_name=_("recipe"))
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="recipe_dependencies", verbose_name=_("source")
    )
    dataset = models.ForeignKey(
        Dataset, models.PROTECT, null=True, blank=True, related_name="recipe_dependencies", verbose_name=_("dataset")
    )

    class Meta:
        verbose_name = _("what a recipe reads")
        verbose_name_plural = _("what recipes read")
        constraints = [
            models.CheckConstraint(
                condition=Q(source__isnull=False, dataset=None) | Q(source=None, dataset__isnull=False),
                name="datasets_recipedependency_reads_one_thing",
            ),
            models.UniqueConstraint(
                fields=["recipe", "source", "dataset"],
                name="datasets_recipedependency_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipe_id}: {self.source or self.dataset}"
