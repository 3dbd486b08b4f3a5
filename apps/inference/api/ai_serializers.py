"""The JSON of the services of others, of needs, and of the benchmarks that compare."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.core.api.serializers import StrictSerializer
from apps.inference.enums import Capability, Hosting, Judge, PriceUnit, ServiceKind, TrainingState


class AiServiceSerializer(serializers.Serializer[Any]):
    """A service in a list."""

    slug = serializers.CharField(help_text=_("Its identifier, part of every address about it."))
    name = serializers.CharField(help_text=_("Its name."))
    protocol = serializers.ChoiceField(choices=ServiceKind.choices, help_text=_("How it is spoken to."))
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(choices=Capability.choices), help_text=_("What it may be asked.")
    )
    provider = serializers.CharField(help_text=_("Who runs it."))
    hosting = serializers.ChoiceField(choices=Hosting.choices, help_text=_("Where what is sent goes."))
    is_open = serializers.BooleanField(help_text=_("Whether it may be asked."))
    checked_at = serializers.DateTimeField(allow_null=True, help_text=_("When it was last tried."))
    last_error = serializers.CharField(help_text=_("The code of its last failure; empty if it answered."))
    reopens_at = serializers.DateTimeField(
        allow_null=True, help_text=_("Until when it is left alone, if it kept failing.")
    )
    url = serializers.URLField(help_text=_("Where to read more of it."))


class PriceSerializer(serializers.Serializer[Any]):
    unit = serializers.ChoiceField(choices=PriceUnit.choices, help_text=_("What is paid for."))
    eur = serializers.DecimalField(max_digits=12, decimal_places=4, help_text=_("Euros."))
    since_on = serializers.DateField(help_text=_("Since when."))


class AiServiceDetailSerializer(AiServiceSerializer):
    """A service alone: its sheet. Its key is never given."""

    address = serializers.CharField(help_text=_("Where it is asked; empty for a model of this platform."))
    own_model = serializers.CharField(allow_null=True, help_text=_("The model of this platform that it is."))
    remote_model = serializers.CharField(help_text=_("The model that is asked, as the service names it."))
    purpose = serializers.CharField(help_text=_("What it is for."))
    transfers = serializers.CharField(help_text=_("Transfers outside the European Union."))
    data_involved = serializers.CharField(help_text=_("What is sent, and about whom."))
    access = serializers.CharField(help_text=_("How access is had."))
    installation = serializers.CharField(help_text=_("Installation and settings."))
    prerequisites = serializers.CharField(help_text=_("Prerequisites and dependencies."))
    terms = serializers.CharField(help_text=_("Terms of use and licence."))
    eco_design = serializers.CharField(help_text=_("Eco-responsibility."))
    energy_wh = serializers.DecimalField(
        max_digits=10, decimal_places=5, allow_null=True, help_text=_("Energy of a request, in Wh.")
    )
    energy_source = serializers.CharField(help_text=_("Who says so."))
    timeout_s = serializers.IntegerField(help_text=_("Seconds that it is given to answer."))
    requests_per_minute = serializers.IntegerField(help_text=_("Requests a minute at most, by all."))
    monthly_cap_eur = serializers.DecimalField(
        max_digits=10, decimal_places=2, help_text=_("Euros a month at most, for all.")
    )
    prices = PriceSerializer(many=True, help_text=_("What it costs."))


class QuestionSerializer(StrictSerializer):
    capability = serializers.ChoiceField(choices=Capability.choices, help_text=_("What is asked of it."))
    given = serializers.DictField(
        help_text=_("“text” to chat and to classify, “texts” to embed, “rows” to predict. It leaves this site.")
    )
    options = serializers.DictField(
        required=False, help_text=_("“instructions”, “labels” to choose among, the JSON “schema” of the answer.")
    )


class AnswerSerializer(serializers.Serializer[Any]):
    """What a service answered."""

    output = serializers.JSONField(help_text=_("A text, a label, vectors, or an answer for each row."))
    seconds = serializers.FloatField(help_text=_("How long it took."))
    tokens_in = serializers.IntegerField(help_text=_("Tokens sent."))
    tokens_out = serializers.IntegerField(help_text=_("Tokens received."))
    are_tokens_estimated = serializers.BooleanField(
        help_text=_("Whether they are a quarter of the characters, the service counting none.")
    )
    cost_eur = serializers.DecimalField(max_digits=14, decimal_places=6, help_text=_("What it cost, in euros."))


class NeedSerializer(serializers.Serializer[Any]):
    """A need in a list."""

    slug = serializers.CharField(help_text=_("Its identifier, part of every address about it."))
    name = serializers.CharField(help_text=_("Its name."))
    objectives = serializers.CharField(help_text=_("What it must change, for whom, and how that is seen."))
    hosting = serializers.ChoiceField(choices=Hosting.choices, help_text=_("How far what is sent may go."))
    min_quality = serializers.FloatField(help_text=_("Right answers at least, between 0 and 1."))
    max_p99_s = serializers.FloatField(help_text=_("Seconds at most, for 99 answers in 100."))
    max_cost_eur = serializers.DecimalField(
        max_digits=10, decimal_places=2, help_text=_("Euros at most, for a thousand requests.")
    )
    url = serializers.URLField(help_text=_("Where to read more of it."))


class CaseSerializer(serializers.Serializer[Any]):
    given = serializers.JSONField(help_text=_("What is asked."))
    expected = serializers.JSONField(help_text=_("The answer expected."))
    judge = serializers.ChoiceField(choices=Judge.choices, help_text=_("How answers are judged."))


class NeedFunctionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text=_("Its name."))
    capability = serializers.ChoiceField(choices=Capability.choices, help_text=_("What is asked."))
    options = serializers.JSONField(help_text=_("Sent with each case."))
    cases = CaseSerializer(many=True, help_text=_("The questions, asked of all."))


class BenchmarkSerializer(serializers.Serializer[Any]):
    """A benchmark in a list."""

    id = serializers.IntegerField(help_text=_("Its number."))
    state = serializers.ChoiceField(choices=TrainingState.choices, help_text=_("How far it is."))
    requested_at = serializers.DateTimeField(help_text=_("When it was asked for."))
    finished_at = serializers.DateTimeField(allow_null=True, help_text=_("When it was over."))
    url = serializers.URLField(help_text=_("Its report."))


class NeedDetailSerializer(NeedSerializer):
    """A need alone: what is needed, with the cases, and the benchmarks that were made for it."""

    # Its metaclass takes it out of the class, whose own `context` stays.
    context = serializers.CharField(help_text=_("Its context."))  # type: ignore[assignment]  # see above
    constraints = serializers.CharField(help_text=_("Its constraints."))
    functions = NeedFunctionSerializer(many=True, help_text=_("What is needed."))
    benchmarks = BenchmarkSerializer(many=True, help_text=_("The last twenty comparisons, the latest first."))


class ResultSerializer(serializers.Serializer[Any]):
    """How one service did."""

    name = serializers.CharField(help_text=_("The service."))
    fits = serializers.BooleanField(help_text=_("Whether it fits the need."))
    lacks = serializers.ListField(child=serializers.CharField(), help_text=_("Why it does not, if it does not."))
    cases = serializers.IntegerField(help_text=_("How many questions it was asked."))
    failures = serializers.IntegerField(help_text=_("How many it did not answer."))
    quality = serializers.FloatField(help_text=_("Share of right answers."))
    low = serializers.FloatField(help_text=_("Its interval (Wilson, 95 %): from."))
    high = serializers.FloatField(help_text=_("Its interval (Wilson, 95 %): to."))
    by_function = serializers.DictField(child=serializers.FloatField(), help_text=_("The same, function by function."))
    p50 = serializers.FloatField(help_text=_("Seconds within which half of the answers came."))
    p99 = serializers.FloatField(help_text=_("Seconds within which 99 answers in 100 came."))
    cost_eur = serializers.CharField(help_text=_("Euros for a thousand requests."))
    energy_wh = serializers.FloatField(allow_null=True, help_text=_("Energy of a thousand requests, in Wh."))
    provider = serializers.CharField(help_text=_("Who runs it."))
    hosting = serializers.ChoiceField(choices=Hosting.choices, help_text=_("Where what is sent goes."))
    prerequisites = serializers.CharField(help_text=_("Prerequisites and dependencies."))
    eco_design = serializers.CharField(help_text=_("Eco-responsibility."))
    energy_source = serializers.CharField(help_text=_("Who says what its energy is."))


class ServiceSetAsideSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text=_("The service."))
    reason = serializers.CharField(help_text=_("Why it was not studied."))


class BenchmarkReportSerializer(serializers.Serializer[Any]):
    """A comparison: the need as it was then, what each service did, what is advised and what was decided."""

    need = serializers.JSONField(help_text=_("The need, as it was when the comparison was asked for."))
    state = serializers.ChoiceField(choices=TrainingState.choices, help_text=_("How far it is."))
    started_at = serializers.DateTimeField(allow_null=True, help_text=_("When it started."))
    finished_at = serializers.DateTimeField(allow_null=True, help_text=_("When it was over."))
    results = ResultSerializer(many=True, help_text=_("Those that fit the need first."))
    set_aside = ServiceSetAsideSerializer(many=True, help_text=_("The services that were not studied."))
    advice = serializers.CharField(help_text=_("Which service to take, in words; empty until it is over."))
    conclusion = serializers.CharField(help_text=_("What people decided of it."))
