"""What an app lets the apps below it know, without being imported by them.

Imports go down the flight, yet the register must know where every app keeps personal data, the control room what every
app measures, and so on. So each app may carry one module per subject, holding a list named `DECLARED`:

    apps/<app>/personal_data.py   DECLARED: list[PersonalData]
    apps/<app>/metrics.py         DECLARED: list[Metric]
    apps/<app>/health.py          DECLARED: list[HealthCheck]
    apps/<app>/bundle.py          DECLARED: list[Bundle]

They are found by name and read once; no other app imports them. Each list is read through one of the objects at the
end: `declarations.metrics.all()`. Whoever reads another subject defines it in the same way: docs/architecture.md lists
them all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any, Generic, TypeAlias, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from apps.core.errors import EcluseError

T = TypeVar("T")
Text: TypeAlias = str | Promise


class Declarations(Generic[T]):
    """The objects of type `kind` that the project's apps declare in their module `module`, in the order of the apps."""

    def __init__(self, module: str, kind: type[T]) -> None:
        self.module = module
        self.kind = kind

    @cached_property
    def by_app(self) -> dict[str, list[T]]:
        """The declarations of each app that makes any, by app label.

        Raises ImproperlyConfigured if such a module has no `DECLARED`, or holds something else in it.
        """
        found: dict[str, list[T]] = {}
        for config in apps.get_app_configs():
            path = f"{config.name}.{self.module}"
            if not config.name.startswith("apps.") or find_spec(path) is None:
                continue
            declared = getattr(import_module(path), "DECLARED", None)
            if not isinstance(declared, list) or not all(isinstance(item, self.kind) for item in declared):
                raise ImproperlyConfigured(f"{path}.DECLARED must be a list of {self.kind.__name__}.")
            found[config.label] = declared
        return found

    def all(self) -> list[T]:
        return [item for declared in self.by_app.values() for item in declared]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom a request is about, as far as we know them: any of these may find a row."""

    email: str = ""
    user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """What one model says about people: every field is either in `fields` or in `not_personal`.

    A model that says nothing of anyone lists all its fields in `not_personal` and stops there. Otherwise `purpose` and
    `retention` are the words of the register, `find` gives the rows of a person, `erase` deletes or anonymises such
    rows and returns how many, and `export` writes one row as JSON (by default its personal fields).
    """

    model: type[Model]
    fields: tuple[str, ...] = ()
    not_personal: tuple[str, ...] = ()
    purpose: Text = ""
    retention: Text = ""
    find: Callable[[Person], QuerySet[Any]] | None = None
    erase: Callable[[QuerySet[Any]], int] | None = None
    export: Callable[[Any], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        if self.fields and not (self.purpose and self.retention and self.find and self.erase):
            raise ImproperlyConfigured(
                f"{self.model._meta.label}: personal fields need a purpose, a retention, find and erase."
            )
        if twice := set(self.fields) & set(self.not_personal):
            raise ImproperlyConfigured(f"{self.model._meta.label}: both personal and not personal: {sorted(twice)}.")

    @property
    def undeclared(self) -> set[str]:
        """The fields of the model that nobody said anything about."""
        return own_fields(self.model) - {*self.fields, *self.not_personal}

    @property
    def unknown(self) -> set[str]:
        """The fields that are declared and that the model no longer has."""
        return {*self.fields, *self.not_personal} - own_fields(self.model)

    def rows_of(self, person: Person) -> QuerySet[Any]:
        return self.find(person) if self.find else self.model._default_manager.none()

    def as_json(self, row: Any) -> dict[str, Any]:
        """One row as the person may receive it."""
        if self.export:
            return dict(self.export(row))
        return {name: row._meta.get_field(name).value_to_string(row) for name in self.fields}


def linked_by(field: str, model: type[Model]) -> Callable[[Person], QuerySet[Any]]:
    """What finds the rows of a model whose `field` is the account of a person; none of whoever has none."""

    def find(person: Person) -> QuerySet[Any]:
        rows = model._default_manager
        return rows.filter(**{field: person.user_id}) if person.user_id else rows.none()

    return find


def own_fields(model: type[Model]) -> set[str]:
    """The names of the fields that are stored for this model, keys and relations included."""
    return {field.name for field in [*model._meta.fields, *model._meta.many_to_many]}


class MetricKind(TextChoices):
    GAUGE = "gauge", _("Value now")
    COUNTER = "counter", _("Total so far")


Sample: TypeAlias = tuple[Mapping[str, str], float]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Something the platform measures about itself, read when someone asks.

    `key` is snake_case, of base units, with no unit in it; `collect` gives one value for each set of labels and must be
    cheap: it runs at each scrape. Labels are of small fixed sets (a queue, a model); never anything about a person.
    """

    key: str
    label: Text
    help: Text
    collect: Callable[[], Iterable[Sample]]
    kind: MetricKind = MetricKind.GAUGE
    unit: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HealthResult:
    """What one health check answered; `problem` is fit to be shown to an operator, empty if all is well."""

    check: "HealthCheck"
    seconds: float
    problem: str = ""

    @property
    def is_well(self) -> bool:
        return not self.problem


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """Something without which the platform is not well. `check` raises if it fails, and answers within seconds.

    A `critical` one takes the instance out of service: the readiness probe fails. Others are only shown.
    """

    name: str
    label: Text
    check: Callable[[], None] = field(repr=False)
    critical: bool = False

    def run(self) -> HealthResult:
        """Ask, whatever happens. An unexpected error is told by its type alone: its text may hold anything."""
        started, problem = perf_counter(), ""
        try:
            self.check()
        except EcluseError as error:
            problem = str(error)
        except Exception as error:
            problem = type(error).__name__
        return HealthResult(check=self, seconds=perf_counter() - started, problem=problem)


class Outcome(TextChoices):
    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """How one kind of object is written in a project: `kind: source`, then the fields of `document`.

        DECLARED = [Bundle(kind="source", document=SourceDocument, apply=apply_source, export=export_sources)]

    - `document` is its pydantic shape. `key` is the field that says which object it is: a slug, always given. Fields
      that it does not have are refused, at any depth. It cannot have a field `kind`. The discriminator of a union has
      no default, since an export leaves defaults out. A field that is a file is a `ProjectFile`, a secret a
      `ProjectSecret` (`apps.core.projects`).
    - `apply` makes the instance match a document, idempotently, and is quick where nothing changes: `make run` applies
      the demonstration at each start. It runs in a transaction that a later document or a dry run may roll back: a file
      that it writes to the lake is named after its digest, so that it replaces nothing. What it refuses is a
      RuleViolation, told with the place of the document.
    - `export` gives a document for each object, in a stable order; applying it changes nothing. Each is written before
      the next is asked for, so that a generator may hold a file open around its `yield`.

    Kinds are applied by `order`, lowest first, so that what others refer to is there before them; in a kind, a document
    comes after those of the same kind whose keys it `refers` to.
    """

    kind: str
    document: type[BaseModel]
    apply: Callable[[Any], Outcome]
    export: Callable[[], Iterable[BaseModel]]
    order: int = 0
    key: str = "slug"
    refers: Callable[[Any], Iterable[str]] = lambda document: ()

    def __post_init__(self) -> None:
        fields = self.document.model_fields
        if self.key not in fields or not fields[self.key].is_required():
            raise ImproperlyConfigured(f"{self.kind}: the document needs a field {self.key!r}, without a default.")
        if "kind" in {name for own, field in fields.items() for name in (own, field.alias)}:
            raise ImproperlyConfigured(f"{self.kind}: the document cannot have a field 'kind', which every one has.")


personal_data = Declarations("personal_data", PersonalData)
metrics = Declarations("metrics", Metric)
health_checks = Declarations("health", HealthCheck)
bundles = Declarations("bundle", Bundle)
