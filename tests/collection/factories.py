"""Sources and runs to test with."""

import factory

from apps.collection.enums import LegalBasis, SourceState
from apps.collection.models import Run, Source


class SourceFactory(factory.django.DjangoModelFactory):
    """An open source of the kind of `tiny.py`: `SourceFactory(config={"rows": 9})`, `SourceFactory(is_draft=True)`."""

    class Meta:
        model = Source

    class Params:
        is_draft = factory.Trait(state=SourceState.DRAFT, purpose="", legal_basis="")

    name = factory.Sequence("Source {}".format)
    slug = factory.Sequence("source-{}".format)
    kind = "tiny"
    config = factory.LazyFunction(lambda: {"rows": 10})
    state = SourceState.OPEN
    purpose = "Testing"
    legal_basis = LegalBasis.NO_PERSONAL_DATA


class RunFactory(factory.django.DjangoModelFactory):
    """A waiting run."""

    class Meta:
        model = Run

    source = factory.SubFactory(SourceFactory)
