"""What a process serves: looked up, opened, asked its golden rows, replaced; or kept as it was."""

import pytest
from django.utils import timezone

from apps.accounts.roles import Role
from apps.core import lake
from apps.core.errors import TemporaryFailure
from apps.inference.enums import Channel, Slot
from apps.inference.exceptions import NotInService, VersionUnavailable
from apps.inference.health import check_versions
from apps.inference.models import Prediction
from apps.inference.serving import swapping
from apps.inference.serving.answering import answer
from apps.inference.serving.slots import SLOTS
from tests.api_matrix import person
from tests.inference.serve_factories import deploy, in_service, make_version, progression, reports, tumours

pytestmark = pytest.mark.django_db


def test_pages_ask_by_one_function():
    made = reports()
    model, user = in_service(made), person(Role.AI_DEVELOPER)

    answered = answer(model=model, rows=made.rows[:2], by=user, channel=Channel.PAGE)

    first = answered.predictions[0]
    assert (first.name, first.label) == ("green", "Espaces verts")
    assert first.confidence == pytest.approx(max(made.golden["probabilities"][0]), abs=1e-5)
    assert answered.version.number == 1
    assert set(Prediction.objects.values_list("channel", "by")) == {("page", user.pk)}


def test_somebody_without_the_right_to_use_a_model_is_told_nothing_of_it():
    with pytest.raises(NotInService):
        answer(model=in_service(), rows=tumours().rows[:1], by=person(), channel=Channel.PAGE)


def test_an_archived_model_is_not_served():
    model = in_service()
    type(model).objects.update(archived_at=timezone.now())

    with pytest.raises(NotInService):
        SLOTS.get(model.slug)


@pytest.mark.parametrize("harm", ["bytes", "golden", "gone"])
def test_a_version_that_is_not_what_was_packaged_is_refused_and_the_one_before_goes_on(harm, settings):
    model = in_service()
    before = SLOTS.get(model.slug).version(Slot.CHAMPION)
    bad = make_version(model, tumours(seed=5))
    if harm == "bytes":
        with lake.writing(bad.file) as draft:
            draft.path.write_bytes(b"\0" + tumours(seed=5).content[1:])
    elif harm == "golden":
        bad.golden["probabilities"][0] = [0.5, 0.5]
        bad.save()
    else:
        lake.delete([bad.file])
    deploy(bad)

    served = SLOTS.get(model.slug)

    assert served.version(Slot.CHAMPION) is before
    assert SLOTS.refused() == {bad.pk: "version_refused"}
    with pytest.raises(TemporaryFailure):
        check_versions()
    deploy(make_version(model, tumours(seed=6)))
    assert SLOTS.get(model.slug).version(Slot.CHAMPION).number == 3
    SLOTS.refresh()
    check_versions()


def test_where_no_version_was_before_it_is_told_unavailable():
    model = in_service()
    lake.delete([model.versions.get().file])

    with pytest.raises(VersionUnavailable):
        SLOTS.get(model.slug).version(Slot.CHAMPION)

    with lake.writing(model.versions.get().file) as draft:
        draft.path.write_bytes(tumours().content)


def test_a_version_that_stays_is_not_opened_again(monkeypatch):
    model = in_service()
    opened, load = [], swapping.load
    monkeypatch.setattr(swapping, "load", lambda pk: opened.append(pk) or load(pk))

    for _time in range(3):
        SLOTS.get(model.slug)
    deploy(make_version(model, tumours(seed=9)), slot=Slot.SHADOW)
    SLOTS.get(model.slug)

    assert opened == list(model.versions.order_by("number").values_list("pk", flat=True))


def test_the_models_asked_longest_ago_give_way(settings):
    first, second = in_service(), in_service(progression())
    SLOTS.get(first.slug)
    settings.SERVING_MEMORY_MB = 0

    SLOTS.get(second.slug)

    assert set(SLOTS._served) == {second.slug}
    assert SLOTS.get(first.slug).version(Slot.CHAMPION).number == 1


def test_what_is_served_is_looked_up_in_one_query(django_assert_num_queries):
    models = [in_service(), in_service(progression())]
    for model in models:
        SLOTS.get(model.slug)

    with django_assert_num_queries(1):
        SLOTS.refresh()
