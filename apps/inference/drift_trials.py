"""Trying the watch before it is needed: rows of a dataset, altered so that they drift, asked of a version, judged.

A trial asks the packaged model itself, counts and judges as the watch does, and may go on to the end of the chain: the
alert, marked as a trial everywhere, the message to the owner, the request for a candidate.
"""

import random
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.audit import record
from apps.accounts.models import User
from apps.core.leases import Held, Lease
from apps.core.work import carry_out
from apps.inference.audit_actions import AuditAction
from apps.inference.drift.altering import Alter, alter_rows, faults_of
from apps.inference.drift.counting import count
from apps.inference.encoding import encode
from apps.inference.enums import Format, TrainingState, Window
from apps.inference.exceptions import TrialRefused
from apps.inference.failures import NoRoom, Unexpected
from apps.inference.frames import read_rows
from apps.inference.models import DriftTrial, ModelVersion
from apps.inference.packaging import store
from apps.inference.predictors import Predictor, open_model
from apps.inference.signature import Signature
from apps.inference.watching import Judged, judge_window, open_alert

MAX_ROWS = 20_000


@transaction.atomic
def request_trial(
    *, version: ModelVersion, alterations: Sequence[Alter], is_whole_chain: bool, by: User | None
) -> DriftTrial:
    """Ask for a trial on the rows that this version learnt from. Raises TrialRefused, with every fault."""
    subject = f"inference.modelversion:{version.pk}"
    faults = [fault for each in alterations if (fault := faults_of(each, version.signed))]
    if faults or not alterations:
        raise TrialRefused(" ".join(faults) or _("Say what is to be altered."), subject=subject)
    learnt_from = version.training.dataset_version
    if learnt_from is None:
        raise TrialRefused(_("The rows that this version learnt from are no longer known."), subject=subject)
    trial: DriftTrial = DriftTrial.objects.create(
        version=version,
        dataset_version=learnt_from,
        alterations=[each.model_dump(mode="json") for each in alterations],
        is_whole_chain=is_whole_chain,
        requested_by=by,
    )
    record(action=AuditAction.DRIFT_TRIED, actor=by, subject=version.model, details={"trial": trial.pk})
    return trial


def run_trial(*, trial_id: int) -> DriftTrial | None:
    """Carry a trial out to its end. None if it does not wait, or if another process has it."""
    return carry_out(DriftTrial.objects.waiting(), trial_id, do=_run, unexpected=Unexpected, no_room=NoRoom)


def _run(lease: Lease[DriftTrial], held: Held) -> dict[str, Any]:
    trial, started_at = lease.row, timezone.now()
    version = trial.version
    spec = version.training.pinned_spec
    predictor = open_model(store.read(version), format=Format(version.format), signature=version.signed)
    rows = read_rows(trial.dataset_version, spec)
    chosen = sorted(random.Random(trial.pk).sample(range(len(rows)), min(len(rows), MAX_ROWS)))  # noqa: S311 -- no secret
    columns = {name: [rows.columns[name][each] for each in chosen] for name in version.signed.names}
    held.check()
    alterations = [Alter.model_validate(each) for each in trial.alterations]
    before = _judge(version, predictor, columns)
    held.check()
    after = _judge(version, predictor, alter_rows(columns, alterations, version.signed, seed=trial.pk))
    if trial.is_whole_chain and after.drifted:
        _go_on(lease=lease, after=after)
    return {
        "state": TrainingState.PASSED,
        "started_at": started_at,
        "rows": len(chosen),
        "before": [each.as_json() for each in before.drifts],
        "after": [each.as_json() for each in after.drifts],
        "verdict": after.verdict.as_json(),
    }


@transaction.atomic
def _go_on(*, lease: Lease[DriftTrial], after: Judged) -> None:
    """Open the alert of this trial, once, however often it is begun again."""
    held = lease.lock()
    if held.alert_id is None:
        version = held.version
        held.alert = open_alert(
            model=version.model,
            version=version,
            window=Window.DAY,
            drifted=after.drifted,
            now=timezone.now(),
            is_trial=True,
        )
        held.save(update_fields=["alert"])


def _judge(version: ModelVersion, predictor: Predictor, columns: dict[str, list[Any]]) -> Judged:
    signature: Signature = version.signed
    answers = predictor.predict(encode(signature, columns))
    counts = count(version.profile, columns, answers, signature)
    # What is tried is what is declared now, which the watch will judge by.
    return judge_window(version.profile, counts, version.model.declared.monitoring, now=timezone.now())
