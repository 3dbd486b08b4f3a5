"""Under `/api/v1/collection/`."""

from django.urls import path

from apps.collection.api import run_views, source_views

urlpatterns = [
    path("kinds/", source_views.KindsView.as_view(), name="api-source-kinds"),
    path("preview/", source_views.PreviewView.as_view(), name="api-preview"),
    path("sources/", source_views.SourcesView.as_view(), name="api-sources"),
    path("sources/<slug:slug>/", source_views.SourceView.as_view(), name="api-source"),
    path("sources/<slug:slug>/open/", source_views.SourceOpeningView.as_view(), name="api-source-open"),
    path("sources/<slug:slug>/close/", source_views.SourceClosingView.as_view(), name="api-source-close"),
    path("sources/<slug:slug>/test/", source_views.SourceTestView.as_view(), name="api-source-test"),
    path("sources/<slug:slug>/preview/", source_views.SourcePreviewView.as_view(), name="api-source-preview"),
    path("sources/<slug:slug>/runs/", run_views.SourceRunsView.as_view(), name="api-source-runs"),
    path("runs/", run_views.RunsView.as_view(), name="api-runs"),
    path("runs/<int:pk>/", run_views.RunView.as_view(), name="api-run"),
    path("runs/<int:pk>/cancel/", run_views.RunCancellingView.as_view(), name="api-run-cancel"),
    path("runs/<int:pk>/pause/", run_views.RunPausingView.as_view(), name="api-run-pause"),
    path("runs/<int:pk>/resume/", run_views.RunResumingView.as_view(), name="api-run-resume"),
    path("runs/<int:pk>/retry/", run_views.RunRetryingView.as_view(), name="api-run-retry"),
    path("runs/<int:pk>/replay/", run_views.RunReplayingView.as_view(), name="api-run-replay"),
    path("runs/<int:pk>/events/", run_views.EventsView.as_view(), name="api-run-events"),
    path("runs/<int:pk>/rejections/", run_views.RejectionsView.as_view(), name="api-run-rejections"),
    path(
        "runs/<int:pk>/rejections/export/",
        run_views.RejectionsExportView.as_view(),
        name="api-run-rejections-export",
    ),
    path("runs/<int:pk>/segments/", run_views.SegmentsView.as_view(), name="api-run-segments"),
]
