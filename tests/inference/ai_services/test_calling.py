"""Services of others, really called: what each kind of API is asked, and what keeps them from being asked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.http.errors import OutboundError, ServerFailed
from apps.inference.adapters import Question
from apps.inference.breaking import FAILURES
from apps.inference.calling import ask_service, check_service
from apps.inference.enums import Capability, PriceUnit, ServiceKind
from apps.inference.exceptions import (
    AiServiceRefused,
    AnswerNotUnderstood,
    RowsRefused,
    ServiceClosed,
    ServiceNotOpen,
    ServiceQuotaReached,
    SpendCapReached,
)
from apps.inference.models import ServiceDay, ServicePrice
from tests.inference.serve_factories import in_service

pytestmark = pytest.mark.django_db

LABELS = {"labels": ["Voirie", "Eau"], "instructions": "Choose."}


def ask(service, capability=Capability.CHAT, options=None, **given):
    return ask_service(
        service=service, question=Question(capability=capability, given=given, options=options or {})
    ).output


def test_a_chat_is_asked_with_its_key_and_its_tokens_are_counted(fake, make_service):
    service = make_service(api_key="sesame")
    ServicePrice.objects.create(
        service=service, unit=PriceUnit.TOKENS_IN, eur=Decimal(1_000_000), since_on=timezone.localdate()
    )

    assert ask(service, text="abc") == "cba"

    (path, key, body) = fake.seen[-1]
    day = ServiceDay.objects.get()
    assert (path, key) == ("/v1/chat/completions", "Bearer sesame")
    assert body["model"] == "petit"
    assert (day.requests, day.errors, day.tokens_in, day.tokens_out, day.cost_eur) == (1, 0, 3, 3, Decimal(3))


@pytest.mark.parametrize(
    ("kind", "path", "capability", "options", "given", "expected"),
    [
        (ServiceKind.OPENAI, "/v1", Capability.CLASSIFY, LABELS, {"text": "l’eau déborde"}, "Eau"),
        (ServiceKind.OPENAI, "/v1", Capability.EMBED, {}, {"texts": ["ab", "c"]}, [[1, 1, 0, 0, 0], [0, 0, 1, 0, 0]]),
        (ServiceKind.TEI, "", Capability.EMBED, {}, {"texts": ["a"] * 40}, [[1, 0, 0, 0, 0]] * 40),
        (ServiceKind.TEI, "", Capability.CLASSIFY, LABELS, {"text": "…"}, "Eau"),
        (ServiceKind.V2, "", Capability.PREDICT, {}, {"rows": [{"jours": 2.0}, {"jours": 5.0}]}, [4.0, 10.0]),
        (ServiceKind.HTTP, "/any", Capability.CHAT, {}, {"text": "abc"}, "ABC"),
    ],
)
def test_each_kind_of_service_answers(make_service, kind, path, capability, options, given, expected):
    service = make_service(
        kind, path=path, remote_model="delai", template='{"text": "{{input}}"}', answer_path="result.0.label"
    )

    assert ask(service, capability, options, **given) == expected


@pytest.mark.parametrize(("kind", "path"), [(ServiceKind.OPENAI, "/v1"), (ServiceKind.TEI, ""), (ServiceKind.HTTP, "")])
def test_a_service_is_tried_for_nothing(make_service, kind, path):
    service = make_service(kind, path=path)

    check_service(service=service)

    service.refresh_from_db()
    assert service.checked_at
    assert service.last_error == ""
    assert not ServiceDay.objects.exists()


def test_an_answer_of_another_shape_is_an_error_that_says_where(fake, make_service):
    fake.answers["/v1/chat/completions"] = lambda body: {"choices": [{"message": {"content": '{"label": "Ciel"}'}}]}

    with pytest.raises(AnswerNotUnderstood, match=r"\$\.label"):
        ask(make_service(), Capability.CLASSIFY, LABELS, text="…")

    assert ServiceDay.objects.get().errors == 1


def test_a_service_that_keeps_failing_is_left_alone_then_tried_again(fake, make_service, time_machine):
    service, fake.failing = make_service(), FAILURES
    for _time in range(FAILURES):
        with pytest.raises(ServerFailed):
            ask(service, text="a")

    with pytest.raises(ServiceClosed) as closed:
        ask(service, text="a")
    assert len(fake.seen) == FAILURES
    assert 0 < closed.value.retry_after <= 30

    time_machine.move_to(timezone.now() + timedelta(seconds=31))
    assert ask(service, text="ab") == "ba"
    service.refresh_from_db()
    assert (service.failures, service.reopens_at) == (0, None)


QUESTIONS = [
    (ServiceKind.OPENAI, "/v1", Capability.CHAT, {"text": "a"}),
    (ServiceKind.OPENAI, "/v1", Capability.EMBED, {"texts": ["a"]}),
    (ServiceKind.TEI, "", Capability.CLASSIFY, {"text": "a"}),
    (ServiceKind.V2, "", Capability.PREDICT, {"rows": [{"jours": "a"}]}),
    (ServiceKind.HTTP, "/any", Capability.CHAT, {"text": "a"}),
]


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize(("kind", "path", "capability", "given"), QUESTIONS)
def test_what_is_asked_wrongly_says_nothing_of_the_health_of_a_service(
    fake, make_service, kind, path, capability, given, status
):
    service = make_service(kind, path=path, remote_model="delai", template='{"text": "{{input}}"}')
    fake.refusing = status

    for _time in range(FAILURES + 1):
        with pytest.raises(AiServiceRefused, match=f"does not take what it was asked .status {status}"):
            ask(service, capability, **given)

    service.refresh_from_db()
    assert (service.failures, service.reopens_at, service.last_error) == (0, None, "")


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500])
@pytest.mark.parametrize(("kind", "path", "capability", "given"), QUESTIONS)
def test_who_asks_where_and_when_do_say_something_of_it(fake, make_service, kind, path, capability, given, status):
    service = make_service(kind, path=path, remote_model="delai", template='{"text": "{{input}}"}')
    fake.refusing = status

    with pytest.raises(OutboundError) as refused:
        ask(service, capability, **given)

    service.refresh_from_db()
    assert (service.failures, service.last_error) == (1, refused.value.code)


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("serving")
def test_a_row_that_a_model_of_ours_does_not_take_says_nothing_of_it(make_service):
    service = make_service(ServiceKind.OWN, url="", own_model=in_service())

    with pytest.raises(RowsRefused):
        ask(service, Capability.PREDICT, rows=[{"mean_area": "large"}])

    service.refresh_from_db()
    assert (service.failures, service.last_error) == (0, "")


def test_a_model_that_the_server_does_not_have_says_something_of_it_before_anything_is_asked(fake, make_service):
    service = make_service(ServiceKind.V2, remote_model="unknown")

    with pytest.raises(OutboundError):
        ask(service, Capability.PREDICT, rows=[{"jours": 1.0}])

    service.refresh_from_db()
    assert service.failures == 1


def test_what_is_spent_in_a_month_has_an_end(make_service):
    service = make_service(monthly_cap_eur=Decimal(1))
    ServicePrice.objects.create(
        service=service, unit=PriceUnit.REQUESTS, eur=Decimal(600), since_on=timezone.localdate()
    )
    for _time in range(2):
        ask(service, text="a")

    with pytest.raises(SpendCapReached, match="1"):
        ask(service, text="a")


def test_no_more_requests_a_minute_than_said(make_service):
    service = make_service(requests_per_minute=2)
    for _time in range(2):
        ask(service, text="a")

    with pytest.raises(ServiceQuotaReached):
        ask(service, text="a")


def test_what_is_not_open_or_does_not_do_that_is_not_called(fake, make_service):
    with pytest.raises(ServiceNotOpen):
        ask(make_service(is_open=False), text="a")
    with pytest.raises(AiServiceRefused):
        ask(make_service(capabilities=[Capability.EMBED]), text="a")

    assert fake.seen == []
