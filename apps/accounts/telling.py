"""The audit trail in words. Its rows keep codes, which outlive what things are called; people read sentences."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import AuditEvent
from apps.accounts.roles import Role
from apps.accounts.scopes import scope_choices
from apps.accounts.trail import label_of
from apps.core.declarations import Text
from apps.core.templatetags.ecluse import moment

PERSON = "accounts.user"

# What the details that accounts records are called; those of other apps read as they are written.
DETAILS: dict[str, Text] = {
    "role": gettext_lazy("Role"),
    "method": gettext_lazy("Method"),
    "methods": gettext_lazy("Methods"),
    "scopes": gettext_lazy("Scopes"),
    "expires": gettext_lazy("Expires"),
    "count": gettext_lazy("How many"),
    "before": gettext_lazy("Older than"),
    "by_its_owner": gettext_lazy("By its owner"),
    "filtered": gettext_lazy("Filtered by"),
    "login": gettext_lazy("Address typed, as a fingerprint"),
    "reason": gettext_lazy("Reason"),
}
METHODS: dict[str, Text] = {
    "password": gettext_lazy("password"),
    "password_reset": gettext_lazy("link to choose a password"),
    Authenticator.Type.TOTP: gettext_lazy("authenticator application"),
    Authenticator.Type.WEBAUTHN: gettext_lazy("security key"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("recovery code"),
}
REASONS: dict[str, Text] = {
    "password": gettext_lazy("wrong e-mail or password"),
    "unverified": gettext_lazy("e-mail not verified"),
    "no_second_factor": gettext_lazy("no second factor"),
    "no_code": gettext_lazy("no code"),
    "code": gettext_lazy("wrong code"),
}
FILTERS: dict[str, Text] = {
    "who": gettext_lazy("person"),
    "action": gettext_lazy("action"),
    "first_day": gettext_lazy("first day"),
    "last_day": gettext_lazy("last day"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event, ready to read. The details are pairs: what each is called, and what it is."""

    event: AuditEvent
    action: Text
    subject: str
    details: list[tuple[str, str]]


def tell(events: Iterable[AuditEvent]) -> list[Told]:
    """These events in words, each object under the name that it has today. One query for each kind of object."""
    events = list(events)
    names = _names_of(events)
    return [
        Told(event=event, action=label_of(event.action), subject=_subject(event, names), details=details_of(event))
        for event in events
    ]


def summary_of(event: AuditEvent) -> str:
    """One line for the person concerned: “Role granted (AI developer)”."""
    told = [_value(name, event.details[name]) for name in ("methods", "method", "role") if event.details.get(name)]
    told = told or [event.subject_label]
    if not any(told):
        return str(label_of(event.action))
    return _("%(action)s (%(what)s)") % {"action": label_of(event.action), "what": ", ".join(told)}


def details_of(event: AuditEvent) -> list[tuple[str, str]]:
    return [
        (str(DETAILS.get(name, capfirst(name.replace("_", " ")))), _value(name, value))
        for name, value in event.details.items()
    ]


def _names_of(events: Iterable[AuditEvent]) -> dict[tuple[str, str], str]:
    """What the objects of which no label was kept are called, by kind and identifier. Those that are gone have none."""
    wanted = defaultdict(set)
    for event in events:
        if event.subject_id and not event.subject_label:
            wanted[event.subject_type].add(event.subject_id)
    names = {}
    for kind, identifiers in wanted.items():
        if model := _model_of(kind):
            keys = [key for identifier in identifiers for key in _as_key(model, identifier)]
            found = model._default_manager.in_bulk(keys)
            names.update({(kind, str(key)): str(each) for key, each in found.items()})
    return names


def _subject(event: AuditEvent, names: dict[tuple[str, str], str]) -> str:
    model = _model_of(event.subject_type)
    if model is None:
        return event.subject
    if event.subject_type == PERSON and event.subject_id == str(event.actor_id):
        return _("Their own account")
    kind = _("account") if event.subject_type == PERSON else str(model._meta.verbose_name)
    if name := event.subject_label or names.get((event.subject_type, event.subject_id)):
        return _("%(kind)s “%(name)s”") % {"kind": capfirst(kind), "name": name}
    if event.subject_id:
        return _("%(kind)s since deleted (%(number)s)") % {"kind": capfirst(kind), "number": event.subject_id}
    return "–"


def _model_of(kind: str) -> type[Model] | None:
    try:
        return apps.get_model(kind)
    except (LookupError, ValueError):
        return None


def _as_key(model: type[Model], identifier: str) -> list[Any]:
    """The key, in a list that is empty if it cannot be one of this model."""
    try:
        return [model._meta.pk.clean(identifier, None)] if model._meta.pk else []
    except ValidationError:
        return []


def _value(name: str, value: Any) -> str:
    """A detail as people say it; what is not known here is shown as it was recorded."""
    if isinstance(value, list):
        return ", ".join(_value(name, each) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if name in ("expires", "before") and (at := parse_datetime(str(value))):
        return moment(at)
    if name == "login":
        return str(value)[:8]  # enough to tell two addresses apart
    words = {
        "method": METHODS,
        "methods": METHODS,
        "filtered": FILTERS,
        "reason": REASONS,
        "scopes": dict(scope_choices()),
    }
    return str(words.get(name, {}).get(str(value), value))
