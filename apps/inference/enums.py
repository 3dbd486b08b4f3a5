"""The closed lists of inference."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy


class Task(TextChoices):
    """What a model does."""

    CLASSIFICATION = "classification", _("Classification")
    TEXT_CLASSIFICATION = "text", _("Text classification")
    REGRESSION = "regression", _("Regression")
    ANOMALY = "anomaly", _("Anomaly detection")
    FORECASTING = "forecasting", _("Forecast")

    @property
    def has_classes(self) -> bool:
        """Whether it answers with one of several classes, and the probability of each."""
        return self not in {Task.REGRESSION, Task.FORECASTING}


class Period(TextChoices):
    """What a forecast counts time in. A week begins on Monday."""

    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")

    @property
    def season(self) -> int:
        """After how many of them what people do comes again: a week of days, a year of weeks or of months."""
        return {Period.DAY: 7, Period.WEEK: 52, Period.MONTH: 12}[self]

    def counted(self, count: int) -> str:
        """So many of them, in words."""
        match self:
            case Period.DAY:
                said = ngettext("%(count)d day", "%(count)d days", count)
            case Period.WEEK:
                said = ngettext("%(count)d week", "%(count)d weeks", count)
            case _month:
                said = ngettext("%(count)d month", "%(count)d months", count)
        return said % {"count": count}


class Aggregate(TextChoices):
    """What the number of a period is."""

    COUNT = "count", _("The number of rows")
    SUM = "sum", _("The sum of the column")
    MEAN = "mean", _("The mean of the column")

    @property
    def of_nothing(self) -> float | None:
        """The number of a period without a row."""
        return None if self is Aggregate.MEAN else 0.0


class FieldType(TextChoices):
    """What a model is given in one of its fields."""

    NUMBER = "number", _("Number")
    INTEGER = "integer", _("Whole number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    CATEGORY = "category", _("One of a list")
    TEXT = "text", _("Text")

    @property
    def is_numeric(self) -> bool:
        return self in {FieldType.NUMBER, FieldType.INTEGER, FieldType.BOOLEAN}


class UnknownPolicy(TextChoices):
    """What becomes of a category that training never saw."""

    REFUSE = "refuse", _("Refused, with the list of those that are known")
    ACCEPT = "accept", _("Accepted, as a value that says nothing")


class SensitiveLog(TextChoices):
    """What the log of predictions keeps of a field that says something of people."""

    OMIT = "omit", _("Nothing")
    HASH = "hash", _("A pseudonym, by which equal values are matched")


class RiskClass(TextChoices):
    """What Regulation (EU) 2024/1689 (AI Act) makes of the system: Annex III is high, article 50 is limited."""

    MINIMAL = "minimal", _("Minimal risk")
    LIMITED = "limited", _("Limited risk: people are told that an AI answers")
    HIGH = "high", _("High risk (annex III)")


class Format(TextChoices):
    """What a trained model is packaged as. Never pickle, which runs whatever it holds when it is opened."""

    ONNX = "onnx", "ONNX"
    SKOPS = "skops", "skops"


class TrainingState(TextChoices):
    """What becomes of a training. One that is held was judged, and made no version."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    PASSED = "passed", _("Passed its gate")
    HELD = "held", pgettext_lazy("training", "Held at the gate")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", pgettext_lazy("training", "Cancelled")

    @property
    def is_over(self) -> bool:
        return self not in ACTIVE_STATES


ACTIVE_STATES = (TrainingState.WAITING, TrainingState.RUNNING)


class TrainingPhase(TextChoices):
    """Where a training is, in order."""

    READING = "reading", _("Reading the dataset")
    CHECKING = "checking", _("Checking the data")
    BASELINE = "baseline", _("Training the baseline")
    SEARCHING = "searching", _("Choosing the parameters")
    FITTING = "fitting", _("Training the model")
    EVALUATING = "evaluating", _("Evaluating")
    PACKAGING = "packaging", _("Packaging")
    JUDGING = "judging", _("Judging at the gate")


class TrainingCause(TextChoices):
    """Why a training was asked for; what exactly is in the `cause_details` of the run."""

    PERSON = "person", _("A person asked for it")
    COMMAND = "command", _("The command line")
    API = "api", _("The API")
    SCHEDULE = "schedule", _("Its schedule")
    NEW_DATA = "new_data", _("A new version of its dataset")
    DRIFT = "drift", _("Sustained drift")
    FEEDBACK = "feedback", _("Enough reviewed feedback")


class Slot(TextChoices):
    """Where a version is deployed: what answers people, what answers testers, what answers beside and is not heard."""

    CHAMPION = "champion", _("In service")
    PREPRODUCTION = "preproduction", _("Pre-production")
    SHADOW = "shadow", _("Shadow")


class Decision(TextChoices):
    """What a reviewer decided of a version."""

    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class DeploymentCause(TextChoices):
    PROMOTION = "promotion", _("Promotion")
    ROLLBACK = "rollback", _("Rollback")
    TRIAL = "trial", _("Trial")


class Audience(TextChoices):
    """Who may use a model that is in service."""

    STAFF = "staff", _("The team alone")
    PEOPLE = "people", _("Whoever has an account")
    PUBLIC = "public", _("Everyone")


class ExportKind(TextChoices):
    """What a version may be handed over as."""

    FILE = "file", _("The file of the model")
    CARD = "card", _("Model card (Hugging Face)")
    MLFLOW = "mlflow", _("MLflow folder")
    KSERVE = "kserve", _("Model repository (Triton, KServe)")
    DOCKER = "docker", _("Dockerfile")


class Window(TextChoices):
    """Over how long what a model is asked is compared with what it learnt from."""

    HOUR = "hour", _("One hour")
    DAY = "day", _("24 hours")
    WEEK = "week", _("7 days")

    @property
    def hours(self) -> int:
        return {Window.HOUR: 1, Window.DAY: 24, Window.WEEK: 168}[self]


class Alteration(TextChoices):
    """What a trial of the watch does to rows, so that they drift."""

    SHIFT = "shift", _("Numbers move")
    SPREAD = "spread", _("Numbers spread")
    MISSING = "missing", _("Values go missing")
    SWAP = "swap", _("One category takes the place of others")
    TYPOS = "typos", _("Texts are full of typing errors")
    TRUNCATE = "truncate", _("Texts are cut short")


class Channel(TextChoices):
    """By which door a row came."""

    PAGE = "page", _("A page")
    API = "api", _("The API")
    V2 = "v2", _("The Open Inference Protocol")
    BATCH = "batch", _("A batch")


class BatchState(TextChoices):
    """What becomes of a batch. A draft is a file that somebody sent from a page, and has not started yet; one that was
    stopped at the limit of rows in a day has a result, of the rows before.
    """

    DRAFT = "draft", pgettext_lazy("batch", "Not started")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", pgettext_lazy("batch", "Stopped at the limit")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", pgettext_lazy("batch", "Cancelled")

    @property
    def is_over(self) -> bool:
        return self not in {BatchState.DRAFT, BatchState.WAITING, BatchState.RUNNING}


class BatchFormat(TextChoices):
    """What the rows of a batch, or its answers, are written in."""

    CSV = "csv", "CSV"
    JSONL = "jsonl", "JSON Lines"
    PARQUET = "parquet", "Parquet"

    @property
    def media(self) -> str:
        return {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}[self]


class FeedbackState(TextChoices):
    """What becomes of an opinion on an answer: nothing is learnt from it before a person validated it."""

    WAITING = "waiting", _("To review")
    ACCEPTED = "accepted", pgettext_lazy("opinion", "Accepted")
    REFUSED = "refused", pgettext_lazy("opinion", "Refused")


class ServiceKind(TextChoices):
    """How a service of others is spoken to: see `adapters/`."""

    OPENAI = "openai", _("Compatible with the API of OpenAI (Mistral, vLLM, Ollama…)")
    TEI = "tei", _("Text Embeddings Inference (Hugging Face)")
    V2 = "v2", _("Open Inference Protocol (KServe, Triton, MLServer…)")
    HTTP = "http", _("Plain HTTP, by a template")
    OWN = "own", _("A model of this platform")


class Capability(TextChoices):
    """What is asked of a service."""

    CHAT = "chat", _("Answer a question, or fill a form from a text")
    EMBED = "embed", _("Turn texts into vectors")
    CLASSIFY = "classify", _("Choose among labels")
    PREDICT = "predict", _("Predict from fields")


class Hosting(TextChoices):
    """Where what is sent goes: chapter V of the GDPR."""

    HERE = "here", _("On our machines")
    EU = "eu", _("In the European Union")
    ADEQUATE = "adequate", _("In a country with an adequacy decision")
    OUTSIDE = "outside", _("Elsewhere: a transfer that needs guarantees")


class PriceUnit(TextChoices):
    TOKENS_IN = "tokens_in", _("Million tokens sent")
    TOKENS_OUT = "tokens_out", _("Million tokens received")
    REQUESTS = "requests", _("Thousand requests")

    @property
    def divisor(self) -> int:
        return 1_000 if self is PriceUnit.REQUESTS else 1_000_000


class Judge(TextChoices):
    """How the answer to a case is compared with what is expected: see `benchmarking/judging.py`."""

    SAME = "same", _("The same text, but for case, accents and spaces")
    CONTAINS = "contains", _("Contains every word expected")
    FIELDS = "fields", _("The same value in each field expected")
    NUMBER = "number", _("A number within 5 %")
    NEAREST = "nearest", _("The text expected is the nearest of those given")


class VersionStage(TextChoices):
    """How far a version is on its way to service; computed from its reviews and deployments, never stored."""

    CANDIDATE = "candidate", _("Candidate")
    PREPRODUCTION = "preproduction", _("In pre-production")
    REVIEW = "review", _("Under review")
    REFUSED = "refused", _("Refused")
    APPROVED = "approved", _("Approved")
    SHADOW = "shadow", _("In shadow")
    SERVICE = "service", _("In service")
    REPLACED = "replaced", _("Replaced")
