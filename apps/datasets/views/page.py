"""What every page of a dataset begins with: the dataset, if this person may see it, what they may read, its tabs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import EcluseError
from apps.core.numbers import format_number
from apps.datasets.models import Build, Dataset, Entity, Version
from apps.datasets.reading import Table
from apps.datasets.standing import Standing, standing_of


@dataclass(frozen=True, kw_only=True)
class Tab:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Figure:
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    label: str
    status: str
    tone: str = ""
    word: str = ""


@dataclass(frozen=True)
class DatasetPage:
    """One dataset as one person sees it."""

    dataset: Dataset
    viewer: User | AnonymousUser

    @classmethod
    def load(cls, request: HttpRequest, slug: str) -> "DatasetPage":
        """Raises Http404 for whoever may not see it: that it exists is not told either."""
        visible = Dataset.objects.visible_to(request.user).select_related(
            "current_version__build", "current_version__parent"
        )
        return cls(get_object_or_404(visible, slug=slug), request.user)

    @property
    def version(self) -> Version | None:
        return self.dataset.current_version

    @cached_property
    def table(self) -> Table | None:
        """The served version as this person may read it."""
        return Table.of(self.version, self.viewer) if self.version else None

    @cached_property
    def entity(self) -> Entity:
        found = self.dataset.entities.select_related("recipe__source").prefetch_related("columns").first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def sees_builds(self) -> bool:
        return bool(self.viewer.has_perm("datasets.view_build"))

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
            ("recipe", _("Recipe")),
            ("versions", _("Versions")),
            ("api", _("Use over REST")),
        ]
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


def told(error: EcluseError) -> str:
    """An error of the house, in the language of the moment."""
    return str(error.message)
