"""The services of others: what they are, what they cost, what was asked of them, how they compare for a need."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.http import validate_outbound_url
from apps.core.leases import Leased, LeasedQuerySet
from apps.core.secrets import EncryptedTextField
from apps.inference.enums import ACTIVE_STATES, Capability, Hosting, Judge, PriceUnit, ServiceKind, TrainingState
from apps.inference.models.models import Model


class AiService(models.Model):
    """A service that is asked over the network, or one of our models asked in the same way.

    `capabilities` are `Capability` values. The breaker closes the way to a service that keeps failing (`breaking`).
    `SHEET` names what is said of it besides how it is asked.
    """

    SHEET = (
        *("provider", "hosting", "transfers", "data_involved", "purpose", "access", "installation"),
        *("prerequisites", "terms", "eco_design", "energy_wh", "energy_source"),
    )

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("identifier"), max_length=60, unique=True)
    kind = models.CharField(_("how it is spoken to"), max_length=10, choices=ServiceKind)
    capabilities = models.JSONField(_("what it does"), default=list)
    url = models.CharField(_("address"), max_length=500, blank=True, validators=[validate_outbound_url])
    remote_model = models.CharField(
        _("model asked"), max_length=200, blank=True, help_text=_("As the service names it, with its version.")
    )
    own_model = models.ForeignKey(
        Model,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="as_service",
        verbose_name=_("model of this platform"),
    )
    api_key = EncryptedTextField(_("key"), blank=True)
    template = models.TextField(
        _("body of requests"),
        blank=True,
        help_text=_("JSON in which {{input}} is what is asked. For plain HTTP alone."),
    )
    answer_path = models.CharField(
        _("where the answer is"), max_length=200, blank=True, help_text=_("In the JSON received: data.0.label, say.")
    )

    provider = models.CharField(_("who runs it"), max_length=120, blank=True)
    hosting = models.CharField(_("where what is sent goes"), max_length=10, choices=Hosting, default=Hosting.OUTSIDE)
    transfers = models.TextField(
        _("transfers outside the European Union"), blank=True, help_text=_("To where, and under which guarantees.")
    )
    data_involved = models.TextField(_("data involved"), blank=True, help_text=_("What is sent, and about whom."))
    purpose = models.TextField(_("what it is for"), blank=True)
    access = models.TextField(_("how access is had"), blank=True, help_text=_("Account, contract, key, who renews it."))
    installation = models.TextField(_("installation and settings"), blank=True)
    prerequisites = models.TextField(_("prerequisites and dependencies"), blank=True)
    terms = models.TextField(_("terms of use and licence"), blank=True)
    eco_design = models.TextField(
        _("eco-responsibility"), blank=True, help_text=_("Size of the model, energy of the host, what it publishes.")
    )
    energy_wh = models.DecimalField(
        _("energy of a request, in Wh"), max_digits=10, decimal_places=5, null=True, blank=True
    )
    energy_source = models.CharField(_("who says so"), max_length=300, blank=True)

    is_open = models.BooleanField(_("may be asked"), default=False)
    timeout_s = models.PositiveSmallIntegerField(
        _("seconds to answer at most"), default=30, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests a minute at most"), default=60, validators=[MinValueValidator(1)]
    )
    monthly_cap_eur = models.DecimalField(
        _("euros a month at most"), max_digits=10, decimal_places=2, default=Decimal(10)
    )
    failures = models.PositiveIntegerField(default=0, editable=False)
    reopens_at = models.DateTimeField(_("opens again"), null=True, blank=True, editable=False)
    checked_at = models.DateTimeField(_("last tried"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=64, blank=True, editable=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("AI service")
        verbose_name_plural = _("AI services")
        permissions = [("ask_aiservice", "Can ask AI services")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.OWN, own_model__isnull=False, url="")
                | (~Q(kind=ServiceKind.OWN) & Q(own_model=None) & ~Q(url="")),
                name="inference_aiservice_has_an_address",
                violation_error_message=_("A service has an address, or is a model of this platform; not both."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inference:ai_service", args=[self.slug])

    def spent_in(self, month: date) -> Decimal:
        """The euros that its requests cost in the month of this day."""
        first = month.replace(day=1)
        days = self.days.filter(asked_on__gte=first, asked_on__lt=_next_month(first))
        return days.aggregate(eur=Sum("cost_eur"))["eur"] or Decimal()


def _next_month(first: date) -> date:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


class ServicePrice(models.Model):
    """What is paid since a day. A change of price is a row more: what was spent before keeps its price."""

    service = models.ForeignKey(AiService, models.CASCADE, related_name="prices", verbose_name=_("AI service"))
    unit = models.CharField(_("for"), max_length=10, choices=PriceUnit)
    eur = models.DecimalField(_("euros"), max_digits=12, decimal_places=4, validators=[MinValueValidator(0)])
    since_on = models.DateField(_("since"))

    class Meta:
        ordering = ["service", "unit", "-since_on"]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["service", "unit", "since_on"], name="inference_serviceprice_unique_day")
        ]

    def __str__(self) -> str:
        return f"{self.service_id}/{self.unit}/{self.since_on}"


class ServiceDay(models.Model):
    """What was asked of a service in a day. Nothing of what was said."""

    service = models.ForeignKey(AiService, models.CASCADE, related_name="days", verbose_name=_("AI service"))
    asked_on = models.DateField(_("day"))
    requests = models.PositiveIntegerField(_("requests"), default=0)
    errors = models.PositiveIntegerField(_("errors"), default=0)
    tokens_in = models.PositiveBigIntegerField(_("tokens sent"), default=0)
    tokens_out = models.PositiveBigIntegerField(_("tokens received"), default=0)
    cost_eur = models.DecimalField(_("cost, in euros"), max_digits=14, decimal_places=6, default=Decimal())
    seconds = models.FloatField(_("time waited, in seconds"), default=0)

    class Meta:
        ordering = ["service", "-asked_on"]
        verbose_name = _("day of a service")
        verbose_name_plural = _("days of services")
        constraints = [models.UniqueConstraint(fields=["service", "asked_on"], name="inference_serviceday_unique_day")]

    def __str__(self) -> str:
        return f"{self.service_id}/{self.asked_on}"


class Need(models.Model):
    """What somebody needs of an AI, before any service is looked at: the sheet against which they are compared."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("identifier"), max_length=60, unique=True)
    objectives = models.TextField(_("objectives"), help_text=_("What it must change, for whom, and how that is seen."))
    context = models.TextField(_("context"), blank=True)
    constraints = models.TextField(
        _("constraints"), blank=True, help_text=_("Legal, technical, of time, of skills, of accessibility.")
    )
    hosting = models.CharField(
        _("furthest place"),
        max_length=10,
        choices=Hosting,
        default=Hosting.EU,
        help_text=_("What is sent may go as far as there."),
    )
    min_quality = models.FloatField(
        _("right answers at least"), default=0.8, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    max_p99_s = models.FloatField(_("seconds at most, for 99 answers in 100"), default=10)
    max_cost_eur = models.DecimalField(
        _("euros at most, for a thousand requests"), max_digits=10, decimal_places=2, default=Decimal(5)
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inference:need", args=[self.slug])


class NeedFunction(models.Model):
    """One thing that is needed: what it is asked, as a capability that services have."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="functions", verbose_name=_("need"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("function"), max_length=120)
    capability = models.CharField(_("what is asked"), max_length=10, choices=Capability)
    # Sent with each case: the instructions, the labels, the JSON schema of the answer.
    options = models.JSONField(_("options"), default=dict, blank=True)

    class Meta:
        ordering = ["need", "position"]
        verbose_name = _("function needed")
        verbose_name_plural = _("functions needed")
        constraints = [
            models.UniqueConstraint(fields=["need", "name"], name="inference_needfunction_unique_name"),
        ]

    def __str__(self) -> str:
        return self.name


class BenchmarkCase(models.Model):
    """A question whose good answer is known, asked of all. Invented or anonymous: it is sent to others."""

    function = models.ForeignKey(NeedFunction, models.CASCADE, related_name="cases", verbose_name=_("function"))
    position = models.PositiveSmallIntegerField(_("position"))
    given = models.JSONField(_("what is asked"))
    expected = models.JSONField(_("answer expected"))
    judge = models.CharField(_("how it is judged"), max_length=10, choices=Judge, default=Judge.SAME)

    class Meta:
        ordering = ["function", "position"]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["function", "position"], name="inference_benchmarkcase_unique_position")
        ]

    def __str__(self) -> str:
        return f"{self.function_id}/{self.position}"


class BenchmarkQuerySet(LeasedQuerySet["Benchmark"]):
    def waiting(self) -> Self:
        return self.filter(state=TrainingState.WAITING).order_by("pk")


class Benchmark(Leased):
    """The cases of a need, asked of several services, the same to all. `need_sheet` is the need as it was then."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="benchmarks", verbose_name=_("need"))
    state = models.CharField(_("state"), max_length=10, choices=TrainingState, default=TrainingState.WAITING)
    need_sheet = models.JSONField(editable=False)
    conclusion = models.TextField(_("conclusion"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    error_kind = models.CharField(max_length=20, blank=True, editable=False)
    error_code = models.CharField(max_length=64, blank=True, editable=False)
    error_details = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[Any] = BenchmarkQuerySet.as_manager()

    class Meta(Leased.Meta):
        ordering = ["-pk"]
        verbose_name = _("benchmark")
        verbose_name_plural = _("benchmarks")
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(state__in=ACTIVE_STATES),
                name="inference_benchmark_one_active_per_need",
                violation_error_message=_("This need is being compared already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id}/{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("inference:benchmark", args=[self.need.slug, self.pk])

    @property
    def is_over(self) -> bool:
        return TrainingState(self.state).is_over

    @property
    def progress(self) -> str:
        """How far it is, in words: one that is over passed no gate."""
        return str(_("Completed") if self.state == TrainingState.PASSED else TrainingState(self.state).label)

    def on_lease_expired(self, *, now: datetime) -> None:
        """Its worker died: another goes on after the last answer that was kept."""
        if not self.is_over:
            self.state = TrainingState.WAITING


class BenchmarkEntry(models.Model):
    """A service that was considered: studied, by asking it; or not, and why."""

    benchmark = models.ForeignKey(Benchmark, models.CASCADE, related_name="entries", verbose_name=_("benchmark"))
    service = models.ForeignKey(AiService, models.PROTECT, null=True, blank=True, related_name="entries")
    # Of one that is not in the catalogue.
    name = models.CharField(_("name"), max_length=120)
    is_studied = models.BooleanField(_("studied"), default=True)
    reason = models.TextField(_("why it was set aside"), blank=True)

    class Meta:
        ordering = ["benchmark", "-is_studied", "name"]
        verbose_name = _("service considered")
        verbose_name_plural = _("services considered")
        constraints = [
            models.UniqueConstraint(fields=["benchmark", "name"], name="inference_benchmarkentry_unique_name"),
            models.CheckConstraint(
                condition=Q(is_studied=True, service__isnull=False) | (Q(is_studied=False) & ~Q(reason="")),
                name="inference_benchmarkentry_says_why",
                violation_error_message=_("Say why a service was not studied."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Measure(models.Model):
    """One case asked of one service: how long, how right, what it cost. `error` is a code if it did not answer."""

    entry = models.ForeignKey(BenchmarkEntry, models.CASCADE, related_name="measures", verbose_name=_("service"))
    case = models.ForeignKey(BenchmarkCase, models.CASCADE, related_name="measures", verbose_name=_("case"))
    asked_at = models.DateTimeField(_("asked"))
    seconds = models.FloatField(_("seconds"))
    score = models.FloatField(_("score"), null=True, blank=True)
    answer = models.JSONField(_("answer"), null=True, blank=True)
    tokens_in = models.PositiveIntegerField(null=True, blank=True)
    tokens_out = models.PositiveIntegerField(null=True, blank=True)
    cost_eur = models.DecimalField(_("cost, in euros"), max_digits=14, decimal_places=6, default=Decimal())
    energy_wh = models.FloatField(_("energy, in Wh"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=64, blank=True)

    class Meta:
        ordering = ["entry", "case"]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [models.UniqueConstraint(fields=["entry", "case"], name="inference_measure_asked_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.case_id}"
