"""What models show in the shell: their section, their stage of the flight, what awaits this person, what to find."""

from collections.abc import Iterator, Sequence
from itertools import chain

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.gates import GateState
from apps.core.interface import Event, Hit, Interface, Section, SitePage, Stage, Task, Tone, Viewer
from apps.core.numbers import format_number
from apps.inference.enums import DeploymentCause, Slot, TrainingState
from apps.inference.models import Deployment, DriftAlert, Feedback, Model, Review, TrainingRun
from apps.inference.standing import TROUBLED, Standing, champions, latest_trainings, open_reviews, standing_of

SHOWN_HITS = 10
SHOWN_EVENTS = 8
# Of the lock on the flight: after the sources (10), their collection (20) and the datasets (30).
RANK = 40


def stages(viewer: Viewer) -> Sequence[Stage]:
    """One lock for all the models; its gate is that of the last training of each, the worst first."""
    models = list(Model.objects.visible_to(viewer).filter(archived_at=None).defer("spec", "description"))
    if not models:
        return []
    serving, last, reviews = champions(models), latest_trainings(models), open_reviews(models)
    standings = [
        (
            model,
            standing_of(
                model=model, champion=serving.get(model.pk), last=last.get(model.pk), review=reviews.get(model.pk)
            ),
        )
        for model in models
    ]
    held = [pair for pair in standings if pair[1].is_held]
    gate, shown = GateState.WAITING, [pair for pair in standings if pair[1].gate == GateState.WAITING]
    if held:
        gate, shown = GateState.CLOSED, held
    elif serving:  # otherwise what is being made holds nobody up
        gate, shown = GateState.OPEN, []
    return [
        Stage(
            label=ngettext("Model", "Models", len(models)),
            rank=RANK,
            gate=gate,
            url=reverse("inference:models"),
            figure=format_number(len(serving)),
            unit=_("in service"),
            note=ngettext("of %(count)s model", "of %(count)s models", len(models)) % {"count": len(models)},
            gate_note=_gate_note(shown),
            gate_url=shown[0][0].get_absolute_url() if shown else "",
            gate_link=_("Open “%(name)s”") % {"name": shown[0][0].name} if shown else "",
            is_held=bool(held and serving),
        )
    ]


def _gate_note(shown: list[tuple[Model, Standing]]) -> str:
    if not shown:
        return _("Each answers by a version that was reviewed.")
    if len(shown) == 1:
        return shown[0][1].sentence
    return _("%(count)s models, the first:") % {"count": len(shown)}


def tasks(viewer: Viewer) -> Sequence[Task]:
    """Versions that this person may decide of, and trainings that did not pass, for whoever can do something."""
    return list(chain(_reviews(viewer), _trainings(viewer), _drifts(viewer), _opinions(viewer)))


def _reviews(viewer: Viewer) -> Iterator[Task]:
    if not (viewer.has_perm("inference.review_model") and viewer.has_perm("inference.view_review")):
        return
    awaiting = Review.objects.open().filter(version__model__in=Model.objects.visible_to(viewer))
    # Who asked for it, or for the training, does not decide.
    awaiting = awaiting.exclude(requested_by=viewer.pk).exclude(version__training__requested_by=viewer.pk)
    for review in awaiting.select_related("version__model").defer("version__profile", "version__golden"):
        version = review.version
        facts = {"number": version.number, "name": version.model.name}
        yield Task(
            label=_("Review version %(number)s of “%(name)s”") % facts,
            url=reverse("inference:review", args=[version.model.slug, version.number]),
            detail=_("It answers nobody until somebody who did not make it decides."),
            due=_("Review awaited"),
            tone=Tone.WAIT,
            rank=12,
        )


def _trainings(viewer: Viewer) -> Iterator[Task]:
    if not (viewer.has_perm("inference.train_model") and viewer.has_perm("inference.view_trainingrun")):
        return
    models = {
        model.pk: model for model in Model.objects.visible_to(viewer).filter(archived_at=None).only("name", "slug")
    }
    for pk, run in latest_trainings(models.values()).items():
        if run.state not in TROUBLED:
            continue
        run.model = models[pk]
        held = run.state == TrainingState.HELD
        label = _("See what blocks “%(name)s”") if held else _("See why “%(name)s” cannot be trained")
        yield Task(
            label=label % {"name": run.model.name},
            url=run.get_absolute_url(),
            detail=_("Its gate is closed: no version was made.") if held else _("Its last training failed."),
            due=str(TrainingState(run.state).label),
            tone=Tone.BAD,
            rank=16,
        )


def _drifts(viewer: Viewer) -> Iterator[Task]:
    """Models that are asked something else than what they learnt from, for whoever can train them."""
    if not viewer.has_perm("inference.train_model"):
        return
    alerts = DriftAlert.objects.open().filter(model__in=Model.objects.visible_to(viewer))
    names = dict(alerts.order_by("model__name").values_list("model__slug", "model__name"))
    for slug, name in names.items():
        yield Task(
            label=_("See what drifted of “%(name)s”") % {"name": name},
            url=reverse("inference:monitoring", args=[slug]),
            detail=_("What it is asked no longer looks like what it learnt from."),
            due=_("Drift"),
            tone=Tone.WARN,
            rank=18,
        )


def _opinions(viewer: Viewer) -> Iterator[Task]:
    """What people say of answers, for whoever may validate it."""
    if not viewer.has_perm("inference.review_feedback"):
        return
    count = Feedback.objects.waiting().count()
    if count:
        label = ngettext("Review an opinion on an answer", "Review %(count)s opinions on answers", count)
        yield Task(
            label=label % {"count": format_number(count)},
            url=reverse("inference:feedbacks"),
            detail=_("Nothing learns from them before somebody validates them."),
            due=_("Review awaited"),
            tone=Tone.WAIT,
            rank=22,
        )


def events(viewer: Viewer) -> Sequence[Event]:
    """What came in service, and what was held, lately."""
    visible = Model.objects.visible_to(viewer)
    if not (viewer.has_perm("inference.view_deployment") and viewer.has_perm("inference.view_trainingrun")):
        return []
    rows = Deployment.objects.filter(model__in=visible, slot=Slot.CHAMPION).select_related("model", "version")
    rows = rows.defer("version__profile", "version__golden", "version__signature", "model__spec")
    stopped = TrainingRun.objects.filter(model__in=visible, state__in=TROUBLED, finished_at__isnull=False)
    stopped = stopped.select_related("model").defer("spec", "verdict", "model__spec")
    return [
        *(_deployment(row) for row in rows.order_by("-deployed_at")[:SHOWN_EVENTS]),
        *(_stop(run) for run in stopped.order_by("-finished_at")[:SHOWN_EVENTS]),
    ]


def _deployment(row: Deployment) -> Event:
    facts = {"number": row.version.number, "name": row.model.name}
    is_back = row.cause == DeploymentCause.ROLLBACK
    text = (
        _("“%(name)s” is back to version %(number)s.")
        if is_back
        else _("Version %(number)s of “%(name)s” is in service.")
    )
    tone = Tone.WARN if is_back else Tone.OK
    return Event(at=row.deployed_at, text=text % facts, tone=tone, url=row.model.get_absolute_url())


def _stop(run: TrainingRun) -> Event:
    held = run.state == TrainingState.HELD
    text = _("Gate closed after a training of “%(name)s”.") if held else _("A training of “%(name)s” failed.")
    at = run.finished_at or run.requested_at
    return Event(at=at, text=text % {"name": run.model.name}, tone=Tone.BAD, url=run.get_absolute_url())


def search(viewer: Viewer, query: str) -> Sequence[Hit]:
    """Models by name, description and purpose, of those that this person may see."""
    found = Model.objects.visible_to(viewer).filter(
        Q(name__icontains=query) | Q(description__icontains=query) | Q(purpose__icontains=query)
    )
    return [
        Hit(label=model.name, url=model.get_absolute_url(), kind=_("Models"), summary=model.description)
        for model in found[:SHOWN_HITS]
    ]


DECLARED = [
    Interface(
        section=Section(label=gettext_lazy("AI services"), url_name="inference:catalogue", rank=40),
        pages=[
            SitePage(
                label=gettext_lazy("AI services"),
                url_name="inference:catalogue",
                summary=gettext_lazy("What you may ask of an AI, and what it must not be used for"),
            ),
            SitePage(label=gettext_lazy("My questions"), url_name="inference:history", signed_in=True),
            SitePage(label=gettext_lazy("My files"), url_name="inference:batches", signed_in=True),
            SitePage(
                label=gettext_lazy("Models"),
                url_name="inference:models",
                summary=gettext_lazy("What learns from the datasets: trainings, versions, reviews, deployments"),
                permission="inference.view_model",
            ),
            SitePage(label=gettext_lazy("New model"), url_name="inference:model_new", permission="inference.add_model"),
            SitePage(
                label=gettext_lazy("Opinions to review"),
                url_name="inference:feedbacks",
                summary=gettext_lazy("What people say of answers, before anything learns from it"),
                permission="inference.review_feedback",
            ),
            SitePage(
                label=gettext_lazy("Services of others"),
                url_name="inference:ai_services",
                summary=gettext_lazy("Models that others run: what they do, where what is sent goes, what they cost"),
                permission="inference.view_aiservice",
            ),
            SitePage(
                label=gettext_lazy("Needs and benchmarks"),
                url_name="inference:needs",
                permission="inference.view_need",
            ),
        ],
        stages=stages,
        tasks=tasks,
        events=events,
        search=search,
    )
]
