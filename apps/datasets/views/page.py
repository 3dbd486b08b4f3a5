"""What every page of a dataset begins with: the dataset, if this person may see it, what they may read, its tabs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.collection.models import Source
from apps.core.interface import Tab
from apps.core.numbers import format_number
from apps.datasets.granting import may_decide
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.reading import Table
from apps.datasets.standing import Standing, standing_of


@dataclass(frozen=True)
class DatasetPage:
    """One dataset as one person sees it."""

    dataset: Dataset
    viewer: User | AnonymousUser
    entity: str = ""

    @classmethod
    def load(cls, request: HttpRequest, slug: str, entity: str = "") -> "DatasetPage":
        """About one entity, the main one if it is not said.

        Raises Http404 for whoever may not see the dataset: that it exists is not told either.
        """
        visible = Dataset.objects.visible_to(request.user).select_related(
            "current_version__build", "current_version__parent"
        )
        return cls(get_object_or_404(visible, slug=slug), request.user, entity)

    @classmethod
    def load_at_work(cls, request: HttpRequest, slug: str) -> "DatasetPage":
        """For whoever makes it rather than reads it: that it was granted to them is not enough.

        Raises Http404, or PermissionDenied for who only reads it.
        """
        shown = cls.load(request, slug)
        if not shown.is_at_work:
            raise PermissionDenied
        return shown

    @cached_property
    def is_at_work(self) -> bool:
        """Whether this person works on it as their roles say, beyond what was granted to them."""
        return self.dataset.is_open_by_role_to(self.viewer)

    @property
    def version(self) -> Version | None:
        return self.dataset.current_version

    @cached_property
    def table(self) -> Table | None:
        """The rows of the entity in the served version, as this person may read them. Raises Http404."""
        if not self.tables:
            return None
        for table in self.tables:
            if table.stored.entity == self.entity or not self.entity:
                return table
        raise Http404

    @cached_property
    def tables(self) -> list[Table]:
        """All those of the served version, as this person may read them."""
        return Table.all_of(self.version, self.viewer) if self.version else []

    @cached_property
    def sources(self) -> list[Source]:
        """What the recipes read today."""
        return list(
            Source.objects.filter(recipe_dependencies__recipe__entity__dataset=self.dataset).distinct().order_by("name")
        )

    def url_of(self, page: str, table: Table) -> str:
        """The page of this name about this table."""
        if not table.stored.position:
            return reverse(f"datasets:{page}", args=[self.dataset.slug])
        return reverse(f"datasets:entity_{page}", args=[self.dataset.slug, table.stored.entity])

    @cached_property
    def choices(self) -> list[Tab]:
        """The tables to choose from, on pages about one of them; none if there is but one."""
        if len(self.tables) < 2:
            return []
        return [
            Tab(label=each.schema.title, url=self.url_of("rows", each), is_current=each == self.table)
            for each in self.tables
        ]

    @cached_property
    def sees_builds(self) -> bool:
        return self.dataset.shows_builds_to(self.viewer)

    @cached_property
    def last_build(self) -> Build | None:
        """The last one, for whoever may see builds."""
        return self.dataset.latest_build() if self.sees_builds else None

    @cached_property
    def standing(self) -> Standing:
        return standing_of(version=self.version, last=self.last_build)

    def context(self, tab: str, **more: Any) -> dict[str, Any]:
        return {"shown": self, "dataset": self.dataset, "version": self.version, "tabs": self.tabs(tab), **more}

    def tabs(self, current: str) -> list[Tab]:
        pages = [
            ("dataset", _("Overview")),
            ("rows", _("Rows")),
            ("dictionary", _("Dictionary")),
            ("model", _("Model")),
            ("recipe", _("Recipe")),
            ("quality", _("Quality")),
            ("lineage", _("Lineage")),
            ("versions", _("Versions")),
            ("api", _("Data API")),
        ]
        if may_decide(self.dataset, self.viewer):
            pages.append(("access", _("Access")))
        return [
            Tab(label=label, url=reverse(f"datasets:{name}", args=[self.dataset.slug]), is_current=name == current)
            for name, label in pages
        ]


def difference(version: Version) -> str:
    """How many rows more or fewer than the version before."""
    if not version.parent:
        return _("first version")
    change = version.rows - version.parent.rows
    if not change:
        return _("as many as version %(number)s") % {"number": version.parent.number}
    sign = "+ " if change > 0 else "\u2212 "
    return _("%(change)s since version %(number)s") % {
        "change": f"{sign}{format_number(abs(change))}".replace(" ", "\u00a0", 1),
        "number": version.parent.number,
    }
