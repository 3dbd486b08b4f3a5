"""Under `/api/v1/`: models, their making and delivery, what they answer, what is said of it; services of others."""

from django.urls import URLPattern, path

from apps.inference.api import (
    ai_services,
    batches,
    feedback,
    foretelling,
    models,
    needs,
    predicting,
    schema,
    trainings,
    versions,
)

MODEL, VERSION = "models/<slug:slug>", "models/<slug:slug>/versions/<int:number>"

urlpatterns: list[URLPattern] = [
    path("models/", models.ModelsView.as_view(), name="api-models"),
    path(f"{MODEL}/", models.ModelView.as_view(), name="api-model"),
    path(f"{MODEL}/deployments/", models.DeploymentsView.as_view(), name="api-model-deployments"),
    path(f"{MODEL}/rollback/", models.RollbackView.as_view(), name="api-model-rollback"),
    path(f"{MODEL}/withdraw/<str:slot>/", models.WithdrawalView.as_view(), name="api-model-withdraw"),
    path(f"{MODEL}/trainings/", trainings.TrainingsView.as_view(), name="api-model-trainings"),
    path(f"{MODEL}/trainings/<int:pk>/", trainings.TrainingView.as_view(), name="api-model-training"),
    path(f"{MODEL}/trainings/<int:pk>/cancel/", trainings.CancellationView.as_view(), name="api-model-training-cancel"),
    path(f"{MODEL}/versions/", versions.VersionsView.as_view(), name="api-model-versions"),
    path(f"{VERSION}/", versions.VersionView.as_view(), name="api-model-version"),
    path(f"{VERSION}/report/", versions.ReportView.as_view(), name="api-model-version-report"),
    path(f"{VERSION}/reviews/", versions.ReviewsView.as_view(), name="api-model-version-reviews"),
    path(f"{VERSION}/review/comment/", versions.CommentsView.as_view(), name="api-model-version-comment"),
    path(f"{VERSION}/review/decide/", versions.DecisionView.as_view(), name="api-model-version-decide"),
    path(f"{VERSION}/deploy/", versions.DeployView.as_view(), name="api-model-version-deploy"),
    path(f"{MODEL}/predict/", predicting.predict, name="api-model-predict"),
    path(f"{MODEL}/schema/", schema.ModelSchemaView.as_view(), name="api-model-schema"),
    path(f"{MODEL}/forecast/", foretelling.ForecastView.as_view(), name="api-model-forecast"),
    path(f"{MODEL}/batches/", batches.BatchesView.as_view(), name="api-model-batches"),
    path(f"{MODEL}/batches/<int:pk>/", batches.BatchView.as_view(), name="api-model-batch"),
    path(f"{MODEL}/batches/<int:pk>/cancel/", batches.BatchCancelView.as_view(), name="api-model-batch-cancel"),
    path(f"{MODEL}/batches/<int:pk>/result/", batches.BatchFileView.as_view(), name="api-model-batch-result"),
    path(
        f"{MODEL}/batches/<int:pk>/refused/",
        batches.BatchRefusedView.as_view(),
        name="api-model-batch-refused",
    ),
    path(f"{MODEL}/feedback/", feedback.FeedbacksView.as_view(), name="api-model-feedback"),
    path(f"{MODEL}/feedback/<int:pk>/", feedback.FeedbackView.as_view(), name="api-model-feedback-one"),
    path(
        f"{MODEL}/feedback/<int:pk>/review/",
        feedback.FeedbackReviewView.as_view(),
        name="api-model-feedback-review",
    ),
    path("ai-services/", ai_services.AiServicesView.as_view(), name="api-ai-services"),
    path("ai-services/<slug:slug>/", ai_services.AiServiceView.as_view(), name="api-ai-service"),
    path("ai-services/<slug:slug>/ask/", ai_services.AskView.as_view(), name="api-ai-service-ask"),
    path("ai-needs/", needs.NeedsView.as_view(), name="api-ai-needs"),
    path("ai-needs/<slug:slug>/", needs.NeedView.as_view(), name="api-ai-need"),
    path("ai-needs/<slug:slug>/benchmarks/<int:pk>/", needs.BenchmarkView.as_view(), name="api-ai-benchmark"),
]
