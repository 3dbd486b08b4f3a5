"""Versions come in service and go, one at a time, whoever acts at once; what was stays told."""

import pytest

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.core.errors import RuleViolation
from apps.inference.deploying import deploy_shadow, deploy_to_preproduction, promote, roll_back, withdraw
from apps.inference.enums import Decision, DeploymentCause, Slot
from apps.inference.exceptions import (
    AlreadyDeployed,
    DeploymentChanged,
    ModelArchived,
    NotApproved,
    NothingToRollBackTo,
    NotInService,
)
from apps.inference.models import Deployment, Model
from apps.inference.reviewing import decide, request_review
from tests.api_matrix import person
from tests.core.test_leases import in_threads
from tests.inference.deliver_factories import AT, approved, in_service, make_model, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lake_folder")]


@pytest.fixture
def model():
    return make_model()


def serving(model, slot=Slot.CHAMPION):
    """The numbers in this slot: one at most."""
    return list(Deployment.objects.current().filter(model=model, slot=slot).values_list("version__number", flat=True))


def history(model):
    rows = Deployment.objects.filter(model=model, slot=Slot.CHAMPION).order_by("pk")
    return [(row.version.number, row.cause) for row in rows]


def test_an_approved_version_takes_the_place_of_the_champion_and_the_past_stays_told(model):
    first, version = in_service(model), make_version(model)
    review = approved(version)

    second = promote(version=version, by=None)

    first.refresh_from_db()
    assert (serving(model), second.review, second.cause) == ([2], review, DeploymentCause.PROMOTION)
    assert first.withdrawn_at == second.deployed_at
    assert AuditEvent.objects.first().details == {
        "version": 2,
        "slot": "champion",
        "deployment": second.pk,
        "replaced": 1,
    }


def test_a_version_that_nobody_approved_does_not_come_in_service(model):
    version = make_version(model)

    with pytest.raises(NotApproved):
        promote(version=version, by=None)
    request_review(version=version, by=None)
    with pytest.raises(NotApproved):
        promote(version=version, by=None)


def test_the_last_decision_counts(model):
    version = make_version(model)
    approved(version)
    again = request_review(version=version, by=None)
    decide(review=again, decision=Decision.REFUSED, reason="Weak", by=person(Role.OPERATOR))

    with pytest.raises(NotApproved):
        promote(version=version, by=None)


def test_what_is_in_service_is_not_promoted_again(model):
    row = in_service(model)

    with pytest.raises(AlreadyDeployed):
        promote(version=row.version, by=None)


def test_what_was_decided_about_one_champion_is_not_done_to_another(model):
    in_service(model)
    version = make_version(model)
    approved(version)

    with pytest.raises(DeploymentChanged):
        promote(version=version, by=None, expected=0)
    with pytest.raises(DeploymentChanged):
        roll_back(model=model, by=None, expected=7)


def test_a_rollback_is_one_act_with_the_review_of_then(model):
    first = in_service(model)
    in_service(model)

    row = roll_back(model=model, by=None, expected=2)

    assert (serving(model), row.cause, row.review) == ([1], DeploymentCause.ROLLBACK, first.review)
    assert AuditEvent.objects.first().action == "model_rolled_back"


def test_going_back_twice_goes_further_and_never_forth_again(model):
    in_service(model)
    in_service(model)
    in_service(model)

    roll_back(model=model, by=None)
    roll_back(model=model, by=None)

    assert serving(model) == [1]
    with pytest.raises(NothingToRollBackTo):
        roll_back(model=model, by=None)


def test_a_version_that_was_rolled_back_is_promoted_again(model):
    in_service(model)
    second = in_service(model)
    roll_back(model=model, by=None)

    promote(version=second.version, by=None)
    roll_back(model=model, by=None)

    assert [number for number, _cause in history(model)] == [1, 2, 1, 2, 1]


def test_a_model_that_serves_nothing_is_not_rolled_back(model):
    with pytest.raises(NotInService):
        roll_back(model=model, by=None)


def test_pre_production_needs_no_review_and_takes_the_place_of_what_was_there(model):
    deploy_to_preproduction(version=make_version(model), by=None)

    deploy_to_preproduction(version=make_version(model), by=None)

    assert serving(model, Slot.PREPRODUCTION) == [2]


def test_a_shadow_answers_beside_a_champion(model):
    version = make_version(model)
    with pytest.raises(NotInService):
        deploy_shadow(version=version, by=None)
    champion = in_service(model)
    with pytest.raises(AlreadyDeployed):
        deploy_shadow(version=champion.version, by=None)

    deploy_shadow(version=version, by=None)
    with pytest.raises(AlreadyDeployed):
        deploy_shadow(version=version, by=None)

    assert serving(model, Slot.SHADOW) == [1]


def test_a_shadow_that_is_promoted_is_no_longer_a_shadow(model):
    in_service(model)
    version = make_version(model)
    deploy_shadow(version=version, by=None)
    approved(version)

    promote(version=version, by=None)

    assert (serving(model), serving(model, Slot.SHADOW)) == ([2], [])


def test_what_is_withdrawn_leaves_its_slot_empty(model):
    in_service(model)

    withdraw(model=model, slot=Slot.CHAMPION, by=None)

    assert serving(model) == []
    with pytest.raises(NotInService):
        withdraw(model=model, slot=Slot.CHAMPION, by=None)


def test_nothing_of_an_archived_model_is_deployed_but_it_may_be_withdrawn(model):
    row = in_service(model)
    Model.objects.update(archived_at=AT)

    for act in (
        lambda: promote(version=row.version, by=None),
        lambda: roll_back(model=model, by=None),
        lambda: deploy_to_preproduction(version=row.version, by=None),
    ):
        with pytest.raises(ModelArchived):
            act()
    withdraw(model=model, slot=Slot.CHAMPION, by=None)


# --- At once --------------------------------------------------------------------------------------
def tried(act):
    try:
        act()
    except RuleViolation as refusal:
        return refusal.code
    return "done"


@pytest.mark.django_db(transaction=True)
def test_of_two_promotions_at_once_that_saw_the_same_champion_one_is_heard():
    model = make_model()
    in_service(model)
    versions = [make_version(model) for _each in range(4)]
    for version in versions:
        approved(version)

    told = in_threads(4, lambda index: tried(lambda: promote(version=versions[index], by=None, expected=1)))

    assert sorted(told) == ["deployment_changed"] * 3 + ["done"]
    assert len(serving(model)) == 1


@pytest.mark.django_db(transaction=True)
def test_promotions_at_once_that_saw_nothing_come_one_after_the_other():
    model = make_model()
    versions = [make_version(model) for _each in range(4)]
    for version in versions:
        approved(version)

    told = in_threads(4, lambda index: tried(lambda: promote(version=versions[index], by=None)))

    rows = list(Deployment.objects.filter(model=model).order_by("pk"))
    assert told == ["done"] * 4
    assert [row.withdrawn_at for row in rows[:-1]] == [row.deployed_at for row in rows[1:]]
    assert rows[-1].withdrawn_at is None


@pytest.mark.django_db(transaction=True)
def test_a_promotion_and_a_rollback_at_once_leave_one_champion_and_no_gap():
    model = make_model()
    in_service(model)
    in_service(model)
    version = make_version(model)
    approved(version)
    acts = [
        lambda: promote(version=version, by=None, expected=2),
        lambda: roll_back(model=model, by=None, expected=2),
    ]

    told = in_threads(2, lambda index: tried(acts[index]))

    rows = list(Deployment.objects.filter(model=model).order_by("pk"))
    assert sorted(told) == ["deployment_changed", "done"]
    assert serving(model) in ([3], [1])
    assert [row.withdrawn_at for row in rows[:-1]] == [row.deployed_at for row in rows[1:]]
