"""The whole flight of the models of the demonstration: from the reports of the town to a successor that waits its turn.

Their author, whoever reviews them, and an inhabitant each do their part in a browser of their own; a worker trains.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
import yaml
from django.conf import settings as project
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils.text import Truncator
from playwright.sync_api import BrowserContext, Page, expect

from apps.collection.collecting import collect
from apps.collection.models import Source
from apps.collection.requesting import request_run
from apps.collection.sourcing import delete_source
from apps.core.projects.applying import apply_project
from apps.datasets.designing import delete_dataset
from apps.datasets.models import Dataset
from apps.inference.models import (
    Deployment,
    DriftAlert,
    DriftTrial,
    Evaluation,
    Feedback,
    Model,
    ModelVersion,
    Prediction,
    Review,
    TrafficHour,
    TrainingRun,
)
from apps.inference.serving.slots import SLOTS
from apps.inference.tasks import start_waiting_trainings
from tests.accounts.factories import issue
from tests.datasets.factories import built
from tests.e2e.browser import Window
from tests.e2e.hands import Hands
from tests.e2e.house import House
from tests.e2e.people import make_person, visitor
from tests.e2e.work import working
from tests.world import ServedWorld

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.xdist_group("collecting_journeys")]

DEMO = project.BASE_DIR / "projects" / "demo"
SOURCES = ("signalements", "exports", "interventions")
ENTITIES = {"signalement", "intervention", "service", "voie", "quartier"}
MODEL, NAME = "orientation", "Orienter un signalement"
REGRESSION = "delai"
FORECAST = "affluence"
# What the report of a forecast tells in place of slices.
OWN_PART = {FORECAST: "What happened, and what was foretold"}
TRAINING_ENDS_WITHIN = TRIAL_ENDS_WITHIN = 120_000  # milliseconds
ASKED = "Le lampadaire devant le 12 rue des Lilas est éteint depuis trois jours, on n’y voit rien le soir."
# The last first.
ROWS_OF_MODELS = (
    Feedback, Prediction, TrafficHour, DriftTrial, DriftAlert, Deployment, Review, ModelVersion, Evaluation,
    TrainingRun, Model,
)  # fmt: skip


def reports_of_the_demonstration(folder: Path) -> Path:
    """The part of the demonstration's project that its models need, without their searches: made within moments."""
    for kind in ("sources", "datasets", "models"):
        (folder / kind).mkdir(parents=True)
    for source in SOURCES:
        shutil.copy(DEMO / "sources" / f"{source}.yaml", folder / "sources")
    dataset = yaml.safe_load((DEMO / "datasets" / "signalements.yaml").read_text())
    drawn = dataset["model"]
    drawn["entities"] = [each for each in drawn["entities"] if each["name"] in ENTITIES]
    drawn["associations"] = [
        each for each in drawn["associations"] if {leg["entity"] for leg in each["legs"]} <= ENTITIES
    ]
    dataset["recipes"] = {name: recipe for name, recipe in dataset["recipes"].items() if name in ENTITIES}
    (folder / "datasets" / "signalements.yaml").write_text(yaml.safe_dump(dataset, allow_unicode=True))
    for slug in (MODEL, REGRESSION, FORECAST):
        model = yaml.safe_load((DEMO / "models" / f"{slug}.yaml").read_text())
        model["spec"]["estimator"].pop("search", None)
        (folder / "models" / f"{slug}.yaml").write_text(yaml.safe_dump(model, allow_unicode=True))
    return folder


@pytest.fixture
def model(window: Window, reachable_world: ServedWorld, tmp_path: Path) -> Iterator[Model]:
    """The classifier of reports, declared, and what it learns from, published; taken away afterwards: other pages count
    what there is."""
    sources, datasets = (set(kind.objects.values_list("pk", flat=True)) for kind in (Source, Dataset))
    known = {kind: set(kind.objects.values_list("pk", flat=True)) for kind in ROWS_OF_MODELS}
    SLOTS.forget()
    apply_project(root=reports_of_the_demonstration(tmp_path / "project"))
    for slug in SOURCES:
        assert collect(run_id=request_run(source=Source.objects.get(slug=slug), by=None).pk).state == "succeeded"
    assert built(Dataset.objects.get(slug="signalements")).state == "published"
    yield Model.objects.get(slug=MODEL)
    SLOTS.forget()
    for kind in ROWS_OF_MODELS:
        kind.objects.exclude(pk__in=known[kind]).delete()
    for dataset in Dataset.objects.exclude(pk__in=datasets):
        delete_dataset(dataset=dataset, by=None)
    for source in Source.objects.exclude(pk__in=sources):
        delete_source(source=source, by=None)


@pytest.fixture
def _worker(house: House, media_root: Path, model: Model, tmp_path: Path) -> Iterator[None]:
    with working(database=house.database, lake=media_root / "lake", log=tmp_path / "worker.log"):
        yield


@pytest.fixture
def page(open_as: Callable[..., BrowserContext]) -> Page:
    return open_as("ai_developer", language="en").new_page()


@pytest.fixture
def post(window: Window) -> Callable[[str, Any], Any]:
    """What a program is answered, with the token of somebody who has an account."""
    token = issue(make_person(f"journey-{uuid4().hex[:12]}@ecluse.test"), scopes=("inference:read",))

    def post(path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {token.secret}"}
        answer = requests.post(window.site + path, json=body, headers=headers, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    return post


def unjudged() -> None:
    """`test_pages` judges the pages: here, those alone that show what only a journey makes."""


@pytest.fixture
def author(window: Window, page: Page, _worker: None) -> Hands:
    return Hands(page=page, site=window.site, check=unjudged)


@pytest.fixture
def someone(window: Window, open_as: Callable[..., BrowserContext]) -> Callable[[str], Hands]:
    def someone(role: str) -> Hands:
        return Hands(page=open_as(role, language="en").new_page(), site=window.site, check=unjudged)

    return someone


def test_models_go_from_reports_to_answers_and_one_to_a_successor_that_waits_to_be_reviewed(
    author: Hands,
    someone: Callable[[str], Hands],
    model: Model,
    post: Callable[[str, Any], Any],
    assert_sound: Callable[[], None],
) -> None:
    reviewer, inhabitant = someone("operator"), someone("user")
    for slug in (REGRESSION, FORECAST, MODEL):
        own(author, slug)
        train(author, OWN_PART.get(slug, "Where it does worst"))
        assert_sound()
        submit(author)
        review_and_promote(reviewer, slug)

    answered = ask_by_form(inhabitant)
    assert ask_by_programs(post) == {answered}
    assert 0 < estimate(post) < 365
    read_forecast(author)
    assert_sound()
    give_opinion(inhabitant, answered)
    accept_opinion(reviewer)

    ask_by_form(author)
    assert_sound()
    climb_to_the_sources(author)
    come_down_from_a_source(author)

    drift(author)
    tell_owner(author)
    assert_sound()
    train_again(author)
    assert [row.version.number for row in Deployment.objects.filter(model=model)] == [1]
    assert ask_by_form(inhabitant) == answered
    assert sorted(Prediction.objects.filter(model=model).values_list("channel", "version__number")) == [
        ("api", 1), ("page", 1), ("page", 1), ("page", 1), ("v2", 1),
    ]  # fmt: skip


# --- Made ---------------------------------------------------------------------------------------------
def own(author: Hands, slug: str) -> None:
    """A project names nobody: whoever takes charge of the model says so, and is written to from then on."""
    author.open("inference:model", slug)
    author.follow("Choose an owner")
    author.fill({"Owner": "Camille Essai (ai-developer@ecluse.test)"})
    author.press("Save")


def train(author: Hands, own_part: str) -> None:
    """To the report of the version that passed its gate."""
    author.press("Train now")
    expect(author.page.get_by_role("heading", name="The gate", exact=True)).to_be_visible(timeout=TRAINING_ENDS_WITHIN)
    author.follow("Read its report")
    for heading in ("How well it does", "The gate", own_part, "Errors to read"):
        expect(author.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def submit(author: Hands) -> None:
    """Its author asks for a review, and is not let decide of it."""
    author.follow("Open the review")
    author.press("Ask for a review")
    expect(author.page.get_by_text("You do not decide of this one")).to_be_visible()
    assert not author.page.locator("#decide").count()


def review_and_promote(reviewer: Hands, slug: str) -> None:
    reviewer.open("inference:model", slug)
    reviewer.follow("Open the review")
    reviewer.follow("Read the whole report")
    reviewer.follow("Open the review")
    reviewer.fill({"Approved": True, "Reason": "Better than the baseline."})
    reviewer.press("Record the decision")
    reviewer.follow("Put it in service…")
    reviewer.fill({"In service": True})
    reviewer.press("Deploy it there")
    review = Review.objects.get(version__model__slug=slug)
    assert (review.requested_by, review.decided_by) == (visitor("ai_developer").user, visitor("operator").user)
    assert review.report_sha256 == review.version.training.evaluation.sha256


# --- Asked --------------------------------------------------------------------------------------------
def ask_by_form(person: Hands) -> str:
    person.open("inference:catalogue")
    person.follow(NAME, to=reverse("inference:service", args=[MODEL]))
    person.fill({"Ce que vous signalez": ASKED})
    person.press("Ask")
    return person.page.locator("output").inner_text()


def ask_by_programs(post: Callable[[str, Any], Any]) -> set[str]:
    """What the API and the protocol answer."""
    tensor = {"name": "texte", "shape": [1, 1], "datatype": "BYTES", "data": [ASKED]}
    rows = post(f"/api/v1/models/{MODEL}/predict/", {"rows": [{"texte": ASKED}]})
    tensors = post(f"/v2/models/{MODEL}/infer", {"inputs": [tensor]})
    return {rows["predictions"][0]["label"], tensors["outputs"][0]["data"][0]}


def estimate(post: Callable[[str, Any], Any]) -> float:
    """In how many days a report is dealt with."""
    known = ModelVersion.objects.get(model__slug=REGRESSION).signed
    row = {name: known.field(name).choices[0] for name in ("priorite", "service")}
    days: float = post(f"/api/v1/models/{REGRESSION}/predict/", {"rows": [row]})["predictions"][0]["value"]
    return days


def read_forecast(author: Hands) -> None:
    """The story of the town ended some time ago: what follows it is foretold, and said to be past."""
    author.open("inference:service", FORECAST)
    author.follow("See the forecast")
    expect(author.page.locator("#next tbody tr")).to_have_count(7)


def give_opinion(inhabitant: Hands, answered: str) -> None:
    inhabitant.fill(
        {
            "No, it is another one": True,
            "The right answer, if it is another one": "Voirie" if answered != "Voirie" else "Propreté urbaine",
            "Let the team read what I wrote in: Ce que vous signalez": True,
        }
    )
    inhabitant.press("Send my opinion")


def accept_opinion(reviewer: Hands) -> None:
    opinion = Feedback.objects.get(version__model__slug=MODEL)
    reviewer.open("inference:feedbacks")
    reviewer.follow(Truncator(ASKED).chars(80), to=opinion.get_absolute_url())
    reviewer.press("Accept")
    opinion.refresh_from_db()
    assert (opinion.state, opinion.reviewed_by) == ("accepted", visitor("operator").user)


# --- Traced -------------------------------------------------------------------------------------------
def climb_to_the_sources(author: Hands) -> None:
    """From an answer, one click to each thing that it comes from."""
    version = ModelVersion.objects.get(model__slug=MODEL)
    learnt = version.training.dataset_version
    run = learnt.build.runs.get(source__slug="signalements")
    there = author.page.url
    for name, thing in (
        ("Version 1", version),
        (f"Training no. {version.training_id}", version.training),
        (f"{learnt.dataset.name}, version {learnt.number}", learnt),
        (f"Build no. {learnt.build_id}", learnt.build),
        (f"Run no. {run.pk} and its segments", run),
        (run.source.name, run.source),
    ):
        author.page.goto(there)
        with author.page.expect_navigation():
            author.page.locator(".lineage").get_by_role("link", name=name, exact=True).click()
        assert author.page.url == author.site + thing.get_absolute_url()
        if thing == run:
            assert author.page.locator("#segments tbody tr").count() == run.segments.count() > 0


def come_down_from_a_source(author: Hands) -> None:
    """The page of a source leads to the model that learnt from it, which leads to its versions."""
    author.follow(NAME)
    assert author.page.url == author.site + reverse("inference:model", args=[MODEL])
    author.follow("Version 1")


# --- Watched ------------------------------------------------------------------------------------------
def drift(author: Hands) -> None:
    """In the sandbox, texts that nobody could read."""
    author.open("inference:monitoring", MODEL)
    author.follow("Try the watch")
    author.fill(
        {
            "What is altered": "Texts are full of typing errors",
            "How much": "0.6",
            "Go on to the end of the chain": True,
        }
    )
    author.press("Try")
    seen = author.page.get_by_role("cell", name="Seen, owner told")
    for _time in range(60):
        with suppress(AssertionError):
            expect(seen).to_be_visible(timeout=2_000)
            break
        author.page.reload()
    expect(seen).to_be_visible()


def tell_owner(author: Hands) -> None:
    """What the clock does each minute; the message, whose link leads to the alert."""
    mail.outbox.clear()
    call_command("tell_of_drifts")
    (message,) = mail.outbox
    assert (message.to, NAME in message.subject) == (["ai-developer@ecluse.test"], True)
    link = re.search(rf"{re.escape(project.SITE_URL)}(\S+)", str(message.body))
    assert link, message.body
    author.page.goto(author.site + link[1])
    expect(author.page.locator("#alerts tbody").get_by_text("Trial", exact=True)).to_be_visible()


def train_again(author: Hands) -> None:
    """The drift asked for a candidate: it is trained, it waits for a review, and answers nobody."""
    start_waiting_trainings()
    author.open("inference:model", MODEL)
    author.follow("Follow the training")
    expect(author.page.get_by_role("heading", name="The gate", exact=True)).to_be_visible(timeout=TRAINING_ENDS_WITHIN)
    author.follow("Open version 2")
    expect(author.page.get_by_text("It was not submitted to a review yet.", exact=True)).to_be_visible()
    expect(author.page.get_by_text("It was not deployed yet.")).to_be_visible()
    author.open("inference:model", MODEL)
    expect(author.page.get_by_role("heading", name="Version 1, in service")).to_be_visible()
