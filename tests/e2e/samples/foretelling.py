"""A model that foretells the days to come, made the first time: what it is asked is read in a dataset of everyone's."""

from collections.abc import Iterator

from apps.accounts.models import User
from apps.inference.enums import Audience
from apps.inference.models import Model
from tests.e2e.samples.registry import Arguments, sample
from tests.inference.serve_factories import deploy
from tests.inference.train_factories import forecast, make_model, trained, visits_dataset

SLUG = "visiteurs"


def a_forecast() -> Model:
    found = Model.objects.filter(slug=SLUG).first()
    if found:
        return found
    dataset = visits_dataset(slug=SLUG, name="Visites de la médiathèque", visibility="public")
    spec = forecast(dataset.slug, target={"name": "people", "label": "Visiteurs", "unit": "visiteurs"})
    said = {"name": "Visiteurs à venir", "description": "Combien de personnes viendront chaque jour."}
    model = make_model(spec, slug=SLUG, audience=Audience.PUBLIC, **said)
    deploy(trained(model).version)
    return model


@sample("inference:forecast", "api-model-forecast")
def what_is_foretold(person: User | None) -> Iterator[Arguments]:
    yield {"slug": a_forecast().slug}
