"""Models: declared, trained, deployed, asked, watched; the services of others."""

from collections.abc import Iterator

from apps.accounts.models import User
from tests.e2e.samples.registry import OBJECTS, Arguments, sample
from tests.inference.serve_samples import a_batch, a_prediction

OBJECTS["inference.prediction"] = a_prediction
OBJECTS["inference.batch"] = a_batch


@sample("api-model-batch-result", "api-model-batch-refused", "api-model-batch", "api-model-batch-cancel")
def a_batch_of_a_model(person: User) -> Iterator[Arguments]:
    batch = a_batch(person)
    yield {"slug": batch.model.slug, "pk": batch.pk}


@sample("api-model-predict", "api-model-schema", "api-model-batches")
def a_model_in_service(person: User) -> Iterator[Arguments]:
    yield {"slug": a_batch(person).model.slug}


@sample("v2-model", "v2-model-ready", "v2-infer")
def a_model_of_the_protocol(person: User) -> Iterator[Arguments]:
    yield {"model": a_batch(person).model.slug}


@sample("v2-version", "v2-version-ready", "v2-version-infer")
def a_version_of_the_protocol(person: User) -> Iterator[Arguments]:
    yield {"model": a_batch(person).model.slug, "version": "1"}
