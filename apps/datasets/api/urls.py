"""Under `/api/v1/`: datasets, the rows of the main entity of one, then those of any of its entities."""

from django.urls import path

from apps.datasets.api import catalogue, export, quality, rows, standards, versions, writing

urlpatterns = [
    path("datasets/", catalogue.DatasetsView.as_view(), name="api-datasets"),
    path("datasets/<slug:slug>/", catalogue.DatasetView.as_view(), name="api-dataset"),
    path("datasets/<slug:slug>/schema/", catalogue.SchemaView.as_view(), name="api-dataset-schema"),
    path("catalogue/", standards.CatalogueView.as_view(), name="api-catalogue"),
    path("datasets/<slug:slug>/datapackage/", standards.DataPackageView.as_view(), name="api-dataset-datapackage"),
    path("datasets/<slug:slug>/csvw/", standards.CsvwView.as_view(), name="api-dataset-csvw"),
    path("datasets/<slug:slug>/versions/", catalogue.VersionsView.as_view(), name="api-dataset-versions"),
    path("datasets/<slug:slug>/quality/", quality.QualityView.as_view(), name="api-dataset-quality"),
    path(
        "datasets/<slug:slug>/versions/<int:number>/note/", versions.NoteView.as_view(), name="api-dataset-version-note"
    ),
    path(
        "datasets/<slug:slug>/versions/<int:number>/restore/",
        versions.RestorationView.as_view(),
        name="api-dataset-version-restore",
    ),
    path("datasets/<slug:slug>/rows/", rows.RowsView.as_view(), name="api-dataset-rows"),
    path("datasets/<slug:slug>/rows/<int:pk>/", rows.RowView.as_view(), name="api-dataset-row"),
    path("datasets/<slug:slug>/rows/by-key/", rows.KeyedRowView.as_view(), name="api-dataset-row-by-key"),
    path("datasets/<slug:slug>/rows/aggregate/", rows.AggregateView.as_view(), name="api-dataset-aggregate"),
    path("datasets/<slug:slug>/rows/statistics/", rows.StatisticsView.as_view(), name="api-dataset-statistics"),
    path("datasets/<slug:slug>/export/", export.ExportView.as_view(), name="api-dataset-export"),
    path(
        "datasets/<slug:slug>/<slug:entity>/rows/", writing.WritableRowsView.as_view(), name="api-dataset-entity-rows"
    ),
    path(
        "datasets/<slug:slug>/<slug:entity>/rows/<int:pk>/",
        rows.EntityRowView.as_view(),
        name="api-dataset-entity-row",
    ),
    path(
        "datasets/<slug:slug>/<slug:entity>/rows/by-key/",
        rows.EntityKeyedRowView.as_view(),
        name="api-dataset-entity-row-by-key",
    ),
    path(
        "datasets/<slug:slug>/<slug:entity>/rows/aggregate/",
        rows.EntityAggregateView.as_view(),
        name="api-dataset-entity-aggregate",
    ),
    path(
        "datasets/<slug:slug>/<slug:entity>/rows/statistics/",
        rows.EntityStatisticsView.as_view(),
        name="api-dataset-entity-statistics",
    ),
    path(
        "datasets/<slug:slug>/<slug:entity>/export/",
        export.EntityExportView.as_view(),
        name="api-dataset-entity-export",
    ),
]
