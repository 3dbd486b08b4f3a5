"""What a training leaves: its evaluation always, a version if its gate is open. In one transaction, or not at all."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.audit import record
from apps.core.gates import Verdict
from apps.core.lake import Stored
from apps.core.leases import Lease
from apps.inference.audit_actions import AuditAction
from apps.inference.energy import Cost
from apps.inference.enums import TrainingState
from apps.inference.exceptions import TrainingCancelled
from apps.inference.models import Evaluation, Model, ModelVersion, TrainingRun
from apps.inference.report import Report
from apps.inference.trained import Package, Trained


@transaction.atomic
def record_judged(
    *,
    lease: Lease[TrainingRun],
    trained: Trained,
    report: Report,
    verdict: Verdict,
    package: Package,
    stored: Stored,
    profile: dict[str, object],
    cost: Cost,
) -> TrainingState:
    """Write what came of a training, which is over from then on. Raises LeaseLost if it became another's,
    TrainingCancelled if somebody asked for it to stop before this instant."""
    training = lease.lock()
    if training.cancel_requested_at:
        raise TrainingCancelled(_("The training was cancelled."))
    state = TrainingState.PASSED if verdict.is_open else TrainingState.HELD
    Evaluation.objects.update_or_create(
        training=training,
        defaults={"metrics": report.metrics, "report": report.as_json(), "sha256": report.sha256},
    )
    training.state, training.finished_at, training.verdict = state, timezone.now(), verdict.as_json()
    training.cpu_seconds, training.energy_j, training.energy_method = cost.cpu_seconds, cost.joules, cost.method
    training.save(update_fields=["state", "finished_at", "verdict", "cpu_seconds", "energy_j", "energy_method"])
    if not verdict.is_open:
        return state
    # Numbers follow one another, whoever else records a version of this model.
    model = Model.objects.select_for_update(no_key=True).get(pk=training.model_id)
    version = ModelVersion.objects.create(
        model=model,
        number=(model.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        training=training,
        format=package.format,
        file=stored.name,
        sha256=stored.sha256,
        size=stored.size,
        signature=trained.sets.signature.as_json(),
        profile=profile,
        golden=dict(package.golden),
        libraries=dict(package.libraries),
    )
    details = {"training": training.pk, "version": version.number}
    record(action=AuditAction.VERSION_MADE, actor=training.requested_by, subject=model, details=details)
    return state
