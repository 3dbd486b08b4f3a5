"""What datasets show in the shell: their section, their stage of the flight, what waits at a gate, what to find."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.gates import GateState
from apps.core.interface import Event, Hit, Interface, Section, SitePage, Stage, Task, Tone, Viewer
from apps.core.numbers import format_number
from apps.datasets.enums import BuildState, Mask
from apps.datasets.models import Build, Column, Dataset, Version, ask_levels
from apps.datasets.reading.masks import can_mask
from apps.datasets.reading.table import mask_for
from apps.datasets.standing import Standing, latest_builds, standing_of

SHOWN_HITS = 10
# Columns that are found, among which those that one may know of are shown.
LOOKED_AT = 200
SHOWN_EVENTS = 8
# Of the lock on the flight: after the sources (10) and their collection (20).
RANK = 30


def stages(viewer: Viewer) -> Sequence[Stage]:
    """One lock for all the datasets; its gate is that of the last build of each, the worst first."""
    if not viewer.has_perm("datasets.view_dataset"):
        return []
    datasets = list(Dataset.objects.visible_to(viewer).select_related("current_version").defer("description"))
    if not datasets:
        return []
    last = latest_builds(datasets) if viewer.has_perm("datasets.view_build") else {}
    standings = [
        (dataset, standing_of(version=dataset.current_version, last=last.get(dataset.pk))) for dataset in datasets
    ]
    rows = Version.objects.filter(pk__in=[each.current_version_id for each in datasets]).aggregate(all=Sum("rows"))
    held = [pair for pair in standings if pair[1].gate == GateState.CLOSED]
    waiting = [pair for pair in standings if pair[1].gate == GateState.WAITING]
    gate, shown = GateState.OPEN, []
    if held:
        gate, shown = GateState.CLOSED, held
    elif len(waiting) == len(datasets):  # otherwise what is being made holds nobody up
        gate, shown = GateState.WAITING, waiting
    return [
        Stage(
            label=ngettext("Dataset", "Datasets", len(datasets)),
            rank=RANK,
            gate=gate,
            url=reverse("datasets:datasets"),
            figure=format_number(rows["all"] or 0),
            unit=ngettext("row", "rows", rows["all"] or 0),
            note=ngettext("in %(count)s dataset", "in %(count)s datasets", len(datasets)) % {"count": len(datasets)},
            gate_note=_gate_note(shown),
            gate_url=shown[0][0].get_absolute_url() if shown else "",
            gate_link=_("Open “%(name)s”") % {"name": shown[0][0].name} if shown else "",
            is_held=any(dataset.current_version_id for dataset, _standing in held),
        )
    ]


def dataset_stage(dataset: Dataset, last: Build | None) -> Stage:
    """The lock of one dataset; whoever may not see builds is given no `last`."""
    version = dataset.current_version
    standing = standing_of(version=version, last=last)
    return Stage(
        label=dataset.name,
        rank=RANK,
        gate=standing.gate,
        url=dataset.get_absolute_url(),
        figure=format_number(version.rows) if version else "",
        unit=ngettext("row published", "rows published", version.rows) if version else "",
        gate_note=standing.sentence,
        is_held=standing.is_held and version is not None,
    )


def _gate_note(shown: list[tuple[Dataset, Standing]]) -> str:
    if not shown:
        return _("Readers get the latest version of each.")
    if len(shown) == 1:
        return shown[0][1].sentence
    return _("%(count)s datasets, the first:") % {"count": len(shown)}


def tasks(viewer: Viewer) -> Sequence[Task]:
    """Builds that did not pass, for whoever can do something about them."""
    if not (viewer.has_perm("datasets.view_build") and viewer.has_perm("datasets.build_dataset")):
        return []
    datasets = {dataset.pk: dataset for dataset in Dataset.objects.visible_to(viewer).only("pk", "name", "slug")}
    found = []
    for pk, build in latest_builds(datasets.values()).items():
        build.dataset = datasets[pk]
        if build.state == BuildState.HELD:
            label, detail = _("See what blocks “%(name)s”"), _("Its gate is closed: the new version is not published.")
        elif build.state == BuildState.FAILED:
            label, detail = _("See why “%(name)s” cannot be built"), _("Its last build failed.")
        else:
            continue
        found.append(
            Task(
                label=label % {"name": build.dataset.name},
                url=build.get_absolute_url(),
                detail=detail,
                due=str(BuildState(build.state).label),
                tone=Tone.BAD,
                rank=15,
            )
        )
    return found


def events(viewer: Viewer) -> Sequence[Event]:
    """What was published, and what was held, lately."""
    visible = Dataset.objects.visible_to(viewer)
    published = (
        Version.objects.filter(dataset__in=visible).select_related("dataset").defer("manifest", "schema")
    ).order_by("-published_at")[:SHOWN_EVENTS]
    held: list[Build] = []
    if viewer.has_perm("datasets.view_build"):
        stopped = Build.objects.filter(
            dataset__in=visible, state__in=[BuildState.HELD, BuildState.FAILED], finished_at__isnull=False
        )
        stopped = stopped.select_related("dataset").defer("sql", "schema", "recipes", "model")
        held = list(stopped.order_by("-finished_at")[:SHOWN_EVENTS])
    return list(chain(map(_publication, published), map(_stop, held)))


def _publication(version: Version) -> Event:
    facts = {"name": version.dataset.name, "number": version.number, "rows": format_number(version.rows)}
    text = ngettext(
        "Version %(number)s of “%(name)s” is published: %(rows)s row.",
        "Version %(number)s of “%(name)s” is published: %(rows)s rows.",
        version.rows,
    )
    return Event(at=version.published_at, text=text % facts, tone=Tone.OK, url=version.get_absolute_url())


def _stop(build: Build) -> Event:
    is_held = build.state == BuildState.HELD
    text = _("Gate closed before a version of “%(name)s”.") if is_held else _("A build of “%(name)s” failed.")
    at = build.finished_at or build.requested_at
    return Event(at=at, text=text % {"name": build.dataset.name}, tone=Tone.BAD, url=build.get_absolute_url())


def search(viewer: Viewer, query: str) -> Sequence[Hit]:
    """Datasets by name and description, and columns by label, of those that this person may read."""
    visible = Dataset.objects.visible_to(viewer)
    named = visible.filter(Q(name__icontains=query) | Q(description__icontains=query))[:SHOWN_HITS]
    hits = [
        Hit(label=dataset.name, url=dataset.get_absolute_url(), kind=_("Datasets"), summary=dataset.description)
        for dataset in named
    ]
    columns = Column.objects.filter(Q(label__icontains=query) | Q(name__icontains=query)).filter(
        entity__dataset__in=visible.exclude(current_version=None)
    )
    found = columns.select_related("entity__dataset").order_by("entity__dataset__name", "position")[:LOOKED_AT]
    return hits + [
        Hit(
            label=column.label or column.name,
            url=reverse("datasets:dictionary", args=[column.entity.dataset.slug]),
            kind=_("Columns"),
            summary=_("%(dataset)s, column %(name)s") % {"dataset": column.entity.dataset.name, "name": column.name},
        )
        for column in islice(_known_to(viewer, list(found)), SHOWN_HITS)
    ]


def _known_to(viewer: Viewer, columns: Sequence[Column]) -> Iterator[Column]:
    """Those that are not hidden from this person."""
    datasets = {column.entity.dataset_id: column.entity.dataset for column in columns}
    ask_levels(list(datasets.values()), viewer)
    for column in columns:
        level = datasets[column.entity.dataset_id].level_for(viewer)
        mask = mask_for(level, column.schema) if level else Mask.HIDDEN
        if mask is None or can_mask(mask, column.schema):
            yield column


DECLARED = [
    Interface(
        section=Section(label=gettext_lazy("Data"), url_name="datasets:datasets", rank=30),
        pages=[
            SitePage(
                label=gettext_lazy("Datasets"),
                url_name="datasets:datasets",
                summary=gettext_lazy("Tables to read, to download, to query over the API"),
            ),
            SitePage(
                label=gettext_lazy("New dataset"),
                url_name="datasets:dataset_new",
                permission="datasets.add_dataset",
            ),
        ],
        stages=stages,
        tasks=tasks,
        events=events,
        search=search,
    )
]
