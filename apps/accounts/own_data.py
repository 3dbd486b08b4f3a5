"""What the house knows of one person, from every app that declares personal data (GDPR, articles 15 and 20)."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.audit_actions import AuditAction
from apps.accounts.models import User
from apps.core.declarations import Person, personal_data


@transaction.atomic
def export_personal_data(*, user: User, by: User) -> dict[str, Any]:
    """Everything about a person, as JSON: for each kind of record, why it is kept, for how long, and the rows."""
    person = Person(email=user.email, user_id=user.pk)
    kinds = []
    for declared in personal_data.all():
        rows = [declared.as_json(row) for row in declared.rows_of(person)]
        if rows:
            kinds.append(
                {
                    "kind": _(str(declared.model._meta.verbose_name)),
                    "purpose": str(declared.purpose),
                    "retention": str(declared.retention),
                    "rows": rows,
                }
            )
    record(action=AuditAction.DATA_EXPORTED, actor=by, subject=user)
    return {"exported_at": timezone.now().isoformat(), "records": kinds}
