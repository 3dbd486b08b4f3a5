"""What changed from a version to another, table by table."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from apps.core.access import public
from apps.core.errors import EcluseError
from apps.datasets.differing import Difference, difference
from apps.datasets.models import Version
from apps.datasets.reading import Table
from apps.datasets.views.cells import said
from apps.datasets.views.page import DatasetPage


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A table in both versions: what changed, in words, or why it cannot be said."""

    table: Table
    found: Difference | None = None
    refusal: str = ""

    @property
    def cells(self) -> list[tuple[str, int]]:
        """The columns whose values changed, the most changed first."""
        if self.found is None:
            return []
        titles = {name: column.title for name, column in self.table.by_name.items()}
        return sorted(((titles[name], count) for name, count in self.found.cells.items()), key=lambda pair: -pair[1])

    @property
    def changes(self) -> list[tuple[list[str], list[tuple[str, str, str]]]]:
        """Of the first rows that changed: the key, then each cell with its title, before and after."""
        if self.found is None:
            return []
        columns = self.table.by_name
        return [
            (
                [said(value, columns[name]) for name, value in change.key.items()],
                [
                    (columns[name].title, said(old, columns[name]), said(new, columns[name]))
                    for name, (old, new) in change.cells.items()
                ],
            )
            for change in self.found.changes
        ]


@public
def differences(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """From the version before, or from the one whose number is given by `depuis`."""
    shown = DatasetPage.load(request, slug)
    versions = shown.dataset.versions.defer("manifest").select_related("parent")
    after: Version = get_object_or_404(versions, number=number)
    wanted = request.GET.get("depuis", "")
    if wanted and not (wanted.isdecimal() and len(wanted) < 9):
        raise Http404
    before: Version | None = get_object_or_404(versions, number=int(wanted)) if wanted else after.parent
    others = [each for each in versions.order_by("-number")[:50] if each.pk != after.pk]
    context = {
        "after": after,
        "before": before,
        "others": others,
        "tables": compared(shown, before, after) if before else [],
    }
    return render(request, "datasets/differences.html", shown.context("versions", **context))


def compared(shown: DatasetPage, before: Version, after: Version) -> list[Compared]:
    """Each table that is in both versions, as the reader of the page sees it."""
    for version in (before, after):
        version.dataset = shown.dataset
    old = {table.stored.entity: table for table in Table.all_of(before, shown.viewer)}
    found = []
    for table in Table.all_of(after, shown.viewer):
        if (there := old.get(table.stored.entity)) is None:
            continue
        try:
            found.append(Compared(table=table, found=difference(there, table)))
        except EcluseError as refusal:
            found.append(Compared(table=table, refusal=str(refusal.message)))
    return found
