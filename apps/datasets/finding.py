"""Finding datasets: by words, whatever their accents, and by facets that combine; for the list and for programs.

A facet is what datasets share a value of: a licence, how fresh they are… Several values of one widen, several facets
narrow. How many datasets each value would show is counted under the words and all the other facets.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.collection.planning import find_connector
from apps.core.declarations import Text
from apps.core.interface import Viewer
from apps.datasets.enums import Freshness, Visibility
from apps.datasets.models import Dataset, RecipeDependency
from apps.datasets.reading.searching import folded

# What stands for what nobody said: an address cannot tell an empty value from none.
UNSAID = "-"
MOST_VALUES = 30
Labels = Mapping[str, Text]


@dataclass(frozen=True, kw_only=True)
class Facet:
    """`name` is that of its parameter for programs, `page_name` that on the site; `right` is what takes seeing it.

    `value` is what datasets are grouped by, in a queryset of `described_datasets`; `which` the condition to have one of
    some values; `label_of` what people call these values; `known` are all those that there can be, where that is known.
    What names people is not `is_for_programs`.
    """

    name: str
    page_name: str
    label: Text
    value: str
    which: Callable[[Collection[str]], Q]
    label_of: Callable[[Sequence[str]], Labels]
    right: str = ""
    is_for_programs: bool = True
    known: tuple[str, ...] = ()

    def may_be_seen_by(self, viewer: Viewer) -> bool:
        return not self.right or viewer.has_perm(self.right)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is looked for: words, which are all to be there, and values by the name of their facet."""

    words: str = ""
    values: Mapping[str, Collection[str]] = field(default_factory=dict)

    def condition(self, *, but: str = "") -> Q:
        """All of it, but for one facet."""
        found = Q()
        for word in self.words.split():
            found &= Q(text__contains=Folded(Value(word)))
        for facet in FACETS:
            if facet.name != but and (values := self.values.get(facet.name)):
                found &= facet.which(values)
        return found


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value of a facet, what people call it, and how many datasets it would show."""

    value: str
    label: Text
    count: int


class Folded(Func):
    """A text in lower case, without its accents."""

    template = f"lower({folded('%(expressions)s')})"
    output_field = TextField()


def described_datasets(viewer: Viewer, *, now: datetime) -> QuerySet[Dataset]:
    """Those that this viewer may see, with the values of the facets that a row has one of, and the searched text."""
    ages = {Freshness.DAY: 1, Freshness.WEEK: 7, Freshness.MONTH: 31}
    fresh = [
        When(current_version__published_at__gte=now - timedelta(days=days), then=Value(each.value))
        for each, days in ages.items()
    ]
    never = When(current_version=None, then=Value(Freshness.NEVER.value))
    datasets: QuerySet[Dataset] = Dataset.objects.visible_to(viewer)
    return datasets.annotate(
        text=Folded(Concat("name", Value(" "), "description", Value(" "), "licence", output_field=TextField())),
        said_licence=Case(When(licence="", then=Value(UNSAID)), default=F("licence")),
        freshness=Case(never, *fresh, default=Value(Freshness.OLDER.value)),
    )


def find(asked: Asked, viewer: Viewer, *, now: datetime) -> QuerySet[Dataset]:
    """The datasets that are looked for, among those that this viewer may see."""
    return described_datasets(viewer, now=now).filter(asked.condition())


def choices_of(facet: Facet, asked: Asked, viewer: Viewer, *, now: datetime) -> list[Choice]:
    """The values of a facet: in their own order if they have one, else the most frequent first. One query."""
    others = asked.condition(but=facet.name)
    grouped = (
        described_datasets(viewer, now=now)
        .order_by()
        .values(facet.value)
        .annotate(count=Count("pk", filter=others, distinct=True))
        .exclude(**{facet.value: None})
        .order_by("-count", facet.value)
        .values_list(facet.value, "count")
    )
    counts = {str(value): count for value, count in grouped[:MOST_VALUES]}
    counts |= {value: counts.get(value, 0) for value in asked.values.get(facet.name, ())}
    if facet.known:
        counts = {value: counts[value] for value in facet.known if value in counts}
    labels = facet.label_of(list(counts))
    return [Choice(value=value, label=labels.get(value, value), count=count) for value, count in counts.items()]


def _licences(values: Sequence[str]) -> Labels:
    return {value: _("Not said") if value == UNSAID else value for value in values}


def _kinds(values: Sequence[str]) -> Labels:
    def label(kind: str) -> Text:
        try:
            return find_connector(kind).label
        except KeyError:  # nobody reads it any more
            return kind

    return {value: label(value) for value in values}


def _people(values: Sequence[str]) -> Labels:
    numbers = [int(value) for value in values if value.isdecimal()]
    return {str(person.pk): str(person) for person in User.objects.filter(pk__in=numbers)}


def _one_of(name: str) -> Callable[[Collection[str]], Q]:
    return lambda values: Q(**{f"{name}__in": list(values)})


def _made_from(kinds: Collection[str]) -> Q:
    reads: Any = RecipeDependency.objects.filter(recipe__entity__dataset=OuterRef("pk"), source__kind__in=list(kinds))
    return Q(Exists(reads))


def _made_by(people: Collection[str]) -> Q:
    return Q(created_by__in=[int(each) for each in people if each.isdecimal()])


FACETS = (
    Facet(
        name="licence",
        page_name="licence",
        label=gettext_lazy("Licence"),
        value="said_licence",
        which=_one_of("said_licence"),
        label_of=_licences,
    ),
    Facet(
        name="freshness",
        page_name="fraicheur",
        label=gettext_lazy("Published"),
        value="freshness",
        which=_one_of("freshness"),
        label_of=lambda values: dict(Freshness.choices),
        known=tuple(Freshness.values),
    ),
    Facet(
        name="readers",
        page_name="acces",
        label=gettext_lazy("Who reads it"),
        value="visibility",
        which=_one_of("visibility"),
        label_of=lambda values: dict(Visibility.choices),
        right="datasets.view_dataset",
        known=tuple(Visibility.values),
    ),
    Facet(
        name="source_kind",
        page_name="source",
        label=gettext_lazy("Made from"),
        value="entities__recipe__dependencies__source__kind",
        which=_made_from,
        label_of=_kinds,
        right="collection.view_source",
    ),
    Facet(
        name="owner",
        page_name="auteur",
        label=gettext_lazy("Made by"),
        value="created_by",
        which=_made_by,
        label_of=_people,
        right="datasets.view_dataset",
        is_for_programs=False,
    ),
)
