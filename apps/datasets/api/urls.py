"""Under `/api/v1/`."""

from django.urls import path

from apps.datasets.api import views

urlpatterns = [
    path("datasets/", views.DatasetsView.as_view(), name="api-datasets"),
    path("datasets/<slug:slug>/", views.DatasetView.as_view(), name="api-dataset"),
    path("datasets/<slug:slug>/rows/", views.RowsView.as_view(), name="api-dataset-rows"),
    path("datasets/<slug:slug>/rows/<int:pk>/", views.RowView.as_view(), name="api-dataset-row"),
    path("datasets/<slug:slug>/versions/", views.VersionsView.as_view(), name="api-dataset-versions"),
    path("datasets/<slug:slug>/export/", views.ExportView.as_view(), name="api-dataset-export"),
]
