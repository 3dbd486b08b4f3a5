"""The errors of inference, as a program meets them."""

from django.utils.translation import gettext_lazy as _

from apps.core.problems import ProblemType
from apps.inference.batch_failures import BatchFailure
from apps.inference.failures import TrainingFailure

# What stops a training is told on its page, in its own words; nobody is answered with it.
ON_ITS_PAGE = _("The page of the training says what to change. Nothing of it is kept.")


STATUSES = {"bug": 500, "transient": 503}


TOLD = _("Told of a batch, in the member “error”: nothing answers with it.")


DECLARED = [
    ProblemType(
        code="artefact_gone",
        status=503,
        title=_("The file of this version is gone"),
        meaning=_("It is no longer where files are kept. The file must be restored."),
    ),
    ProblemType(
        code="artefact_tampered",
        status=503,
        title=_("The file of this version was changed"),
        meaning=_("It is not the one that its training made, and is not used. The file must be restored."),
    ),
    ProblemType(
        code="not_exportable",
        status=409,
        title=_("This version cannot be exported so"),
        meaning=_("Other servers read ONNX, and this version is packaged otherwise: its page tells why."),
    ),
    *(
        ProblemType(code=each.code, status=STATUSES.get(each.kind, 409), title=each.title, meaning=ON_ITS_PAGE)
        for each in TrainingFailure.kinds()
    ),
    ProblemType(
        code="model_refused",
        status=400,
        title=_("The declaration of the model does not hold"),
        meaning=_("“detail” says which of its fields must change, and why."),
    ),
    ProblemType(
        code="model_archived",
        status=409,
        title=_("The model is archived"),
        meaning=_("It is trained and changed no more. What it answered can still be read."),
    ),
    ProblemType(
        code="model_in_service",
        status=409,
        title=_("The model is in service"),
        meaning=_("Withdraw it before you archive it."),
    ),
    ProblemType(
        code="nothing_to_learn",
        status=409,
        title=_("There is nothing to learn from"),
        meaning=_("Build the dataset of the model first: a model learns from a version that is published."),
    ),
    ProblemType(
        code="training_already_active",
        status=409,
        title=_("The model is being trained"),
        meaning=_("A model has one training at a time: wait for its end, or cancel it."),
    ),
    ProblemType(
        code="training_over",
        status=409,
        title=_("The training is over"),
        meaning=_("There is nothing left to cancel."),
    ),
    ProblemType(
        code="training_cancelled",
        status=409,
        title=_("The training was cancelled"),
        meaning=_("Somebody asked for it to stop. Nothing of it is kept."),
    ),
    ProblemType(
        code="not_in_service",
        status=404,
        title=_("No such model is in service"),
        meaning=_("The name is wrong, or no version of the model is deployed, or it is not open to you."),
    ),
    ProblemType(
        code="version_unavailable",
        status=503,
        title=_("The model cannot answer for now"),
        meaning=_("The version that is deployed could not be opened. Its team is told; try again after Retry-After."),
    ),
    ProblemType(
        code="version_refused",
        status=500,
        title=_("The model does not answer as it should"),
        meaning=_("Trying again changes nothing. Quote “instance” when you report it."),
    ),
    ProblemType(
        code="not_a_forecast",
        status=404,
        title=_("There is no such forecast"),
        meaning=_("The model foretells nothing, or from a dataset that you may not read."),
    ),
    ProblemType(
        code="history_too_short",
        status=409,
        title=_("There is too little history"),
        meaning=_("A forecast is given former numbers, and the dataset does not have them. “detail” says which."),
    ),
    ProblemType(
        code="history_unreadable",
        status=409,
        title=_("The former numbers cannot be read"),
        meaning=_("The dataset changed since the model learnt, or has too many rows to be read at once."),
    ),
    ProblemType(
        code="receipt_refused",
        status=400,
        title=_("The receipt is not one of this site"),
        meaning=_("Send the receipt as the answer gave it, whole."),
    ),
    ProblemType(
        code="batch_refused",
        status=409,
        title=_("The batch cannot be asked for"),
        meaning=_("“detail” says why: the file, the dataset, or too many batches at once."),
    ),
    ProblemType(
        code="batch_over",
        status=409,
        title=_("The batch is over"),
        meaning=_("It is done, or was cancelled already: there is nothing left to stop."),
    ),
    ProblemType(
        code="batch_started",
        status=409,
        title=_("The batch was started already"),
        meaning=_("There is nothing left to start: follow it, or cancel it."),
    ),
    ProblemType(
        code="batch_goes_on",
        status=409,
        title=_("The batch goes on"),
        meaning=_("Cancel it, then delete it."),
    ),
    ProblemType(
        code="batch_not_done",
        status=409,
        title=_("The batch is not done"),
        meaning=_("Read its state until it is “done”, then ask for its result."),
    ),
    *(ProblemType(code=each.code, status=409, title=each.title, meaning=TOLD) for each in BatchFailure.kinds()),
    ProblemType(
        code="feedback_refused",
        status=400,
        title=_("The opinion is refused"),
        meaning=_("“detail” says why: a receipt that is not of this model, an answer that it cannot give."),
    ),
    ProblemType(
        code="feedback_reviewed",
        status=409,
        title=_("The opinion was reviewed already"),
        meaning=_("It does not change any more; its review can be undone for as long as nothing was learnt from it."),
    ),
    ProblemType(
        code="review_already_open",
        status=409,
        title=_("The version awaits a review already"),
        meaning=_("Wait until it is decided."),
    ),
    ProblemType(
        code="review_closed",
        status=409,
        title=_("The review is decided"),
        meaning=_("A decision is not taken back: ask for another review."),
    ),
    ProblemType(
        code="reviewer_not_independent",
        status=403,
        title=_("Somebody else must decide"),
        meaning=_("Whoever asked for the training, or for the review, does not decide."),
    ),
    ProblemType(
        code="reason_missing",
        status=400,
        title=_("A refusal needs a reason"),
        meaning=_("Say in “reason” why the version is refused."),
    ),
    ProblemType(
        code="report_missing",
        status=409,
        title=_("There is no such report"),
        meaning=_("The version has no evaluation report, or no longer the one that was submitted."),
    ),
    ProblemType(
        code="version_not_approved",
        status=409,
        title=_("The version is not approved"),
        meaning=_("Its last review must approve it before it comes in service."),
    ),
    ProblemType(
        code="version_already_deployed",
        status=409,
        title=_("The version is there already"),
        meaning=_("Nothing was done."),
    ),
    ProblemType(
        code="deployment_changed",
        status=409,
        title=_("Another version came in the meantime"),
        meaning=_("Read the deployments of the model again, then decide."),
    ),
    ProblemType(
        code="nothing_deployed",
        status=409,
        title=_("No version is deployed there"),
        meaning=_("There is nothing to compare with, to replace or to withdraw."),
    ),
    ProblemType(
        code="nothing_to_roll_back_to",
        status=409,
        title=_("There is no version to go back to"),
        meaning=_("No other version was in service before. Withdraw the one that is."),
    ),
    ProblemType(
        code="report_not_ready",
        status=409,
        title=_("The report is not ready"),
        meaning=_("The training goes on: wait for its end."),
    ),
    ProblemType(
        code="forge_token_refused",
        status=400,
        title=_("The token of the forge is refused"),
        meaning=_("“detail” says why: a token is kept for one address, and sent to no other."),
    ),
    ProblemType(
        code="forge_unknown",
        status=409,
        title=_("What answers there is no forge"),
        meaning=_("Check the address of GitLab or GitHub."),
    ),
    # The watch, and the services of others.
    ProblemType(
        code="trial_refused",
        status=409,
        title=_("The watch cannot be tried so"),
        meaning=_("“detail” says why: what is altered must be something that the version reads."),
    ),
    ProblemType(
        code="ai_service_refused",
        status=400,
        title=_("The service does not do that"),
        meaning=_("“detail” says why. Its capabilities say what it may be asked."),
    ),
    ProblemType(
        code="ai_service_not_open",
        status=409,
        title=_("The service may not be asked"),
        meaning=_("Whoever answers for it has not opened it, or has closed it."),
    ),
    ProblemType(
        code="spend_cap_reached",
        status=409,
        title=_("What may be spent this month is spent"),
        meaning=_("The service is asked again next month, or once whoever answers for it allows more."),
    ),
    ProblemType(
        code="ai_service_quota_reached",
        status=429,
        title=_("The service was asked too often"),
        meaning=_("It is asked no more for now, by anyone. Try again after Retry-After."),
    ),
    ProblemType(
        code="ai_service_closed",
        status=503,
        title=_("The service keeps failing"),
        meaning=_("It is left alone for a while. Try again after Retry-After."),
    ),
    ProblemType(
        code="answer_not_understood",
        status=502,
        title=_("The service answered something else"),
        meaning=_("“detail” says where its answer differs. Trying again seldom helps: its settings must be corrected."),
    ),
    ProblemType(
        code="benchmark_refused",
        status=409,
        title=_("The benchmark cannot be made"),
        meaning=_("“detail” says why: its cases, its services, or another that goes on."),
    ),
]
