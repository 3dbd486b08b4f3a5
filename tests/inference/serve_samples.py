"""One of each object of serving, for the pages that show one."""

from io import BytesIO

from apps.accounts.models import User
from apps.inference.batching import request_batch
from apps.inference.enums import BatchFormat, Slot
from apps.inference.models import Batch, Prediction
from apps.inference.uuid7 import first_id, instant_of
from tests.inference.serve_factories import in_service


def a_batch(person: User) -> Batch:
    """One that waits; its model is in service."""
    batch: Batch | None = Batch.objects.select_related("model", "version").first()
    if batch is None:
        batch = request_batch(
            model=in_service(), by=person, upload=BytesIO(b"mean_radius\n1\n"), source_format=BatchFormat.CSV
        )
    return batch


def a_prediction(person: User) -> Prediction:
    from uuid import UUID

    prediction: Prediction | None = Prediction.objects.first()
    if prediction is None:
        batch, identifier = a_batch(person), UUID(int=first_id())
        prediction = Prediction.objects.create(
            pk=identifier,
            predicted_at=instant_of(identifier),
            model=batch.model,
            version=batch.version,
            slot=Slot.CHAMPION,
            channel="api",
            by=person,
            inputs=[1.0] * 30,
            answer="benign",
            confidence=0.9,
            latency_us=40,
        )
    return prediction
