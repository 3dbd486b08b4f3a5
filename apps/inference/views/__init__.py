"""The pages of inference."""

from apps.inference.views.ai_services import (
    ai_service,
    ai_service_change,
    ai_service_check,
    ai_service_delete,
    ai_service_new,
    ai_services,
)
from apps.inference.views.asking import answer, opinion, service
from apps.inference.views.batches import (
    batch,
    batch_cancel,
    batch_delete,
    batch_example,
    batch_new,
    batch_progress,
    batch_refused,
    batch_result,
    batch_start,
    batches,
)
from apps.inference.views.catalogue import catalogue
from apps.inference.views.declaration import declaration
from apps.inference.views.declaring import archive_model, change_model, new_model
from apps.inference.views.deploying import deploy, rollback, withdraw
from apps.inference.views.feedbacks import feedback_review, feedback_undo, feedbacks, feedbacks_review
from apps.inference.views.foretelling import forecast
from apps.inference.views.forge import model_forge
from apps.inference.views.history import history, history_forget
from apps.inference.views.listing import models
from apps.inference.views.monitoring import drift_trials, monitoring
from apps.inference.views.needs import (
    benchmark,
    benchmark_cancel,
    benchmark_json,
    benchmark_new,
    need,
    need_change,
    need_delete,
    need_new,
    needs,
)
from apps.inference.views.overview import model
from apps.inference.views.report import report, report_json
from apps.inference.views.review import review
from apps.inference.views.shadows import shadow
from apps.inference.views.trainings import ask_for_training, cancel_training, training, training_progress, trainings
from apps.inference.views.versions import version, version_export

__all__ = [
    "ai_service",
    "ai_service_change",
    "ai_service_check",
    "ai_service_delete",
    "ai_service_new",
    "ai_services",
    "answer",
    "archive_model",
    "ask_for_training",
    "batch",
    "batch_cancel",
    "batch_delete",
    "batch_example",
    "batch_new",
    "batch_progress",
    "batch_refused",
    "batch_result",
    "batch_start",
    "batches",
    "benchmark",
    "benchmark_cancel",
    "benchmark_json",
    "benchmark_new",
    "cancel_training",
    "catalogue",
    "change_model",
    "declaration",
    "deploy",
    "drift_trials",
    "feedback_review",
    "feedback_undo",
    "feedbacks",
    "feedbacks_review",
    "forecast",
    "history",
    "history_forget",
    "model",
    "model_forge",
    "models",
    "monitoring",
    "need",
    "need_change",
    "need_delete",
    "need_new",
    "needs",
    "new_model",
    "opinion",
    "report",
    "report_json",
    "review",
    "rollback",
    "service",
    "shadow",
    "training",
    "training_progress",
    "trainings",
    "version",
    "version_export",
    "withdraw",
]
