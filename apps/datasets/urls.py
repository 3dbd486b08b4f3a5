"""The pages of the datasets."""

from django.urls import path

from apps.datasets import views

app_name = "datasets"

urlpatterns = [
    path("", views.datasets, name="datasets"),
    path("nouveau/", views.new_dataset, name="dataset_new"),
    path("<slug:slug>/", views.dataset, name="dataset"),
    path("<slug:slug>/donnees/", views.rows, name="rows"),
    path("<slug:slug>/export/", views.export, name="export"),
    path("<slug:slug>/dictionnaire/", views.dictionary, name="dictionary"),
    path("<slug:slug>/dictionnaire/csv/", views.dictionary_csv, name="dictionary_csv"),
    path("<slug:slug>/recette/", views.recipe, name="recipe"),
    path("<slug:slug>/structure/", views.change_design, name="design"),
    path("<slug:slug>/reglages/", views.settings, name="settings"),
    path("<slug:slug>/supprimer/", views.delete_dataset, name="delete"),
    path("<slug:slug>/versions/", views.versions, name="versions"),
    path("<slug:slug>/versions/<int:number>/", views.version, name="version"),
    path("<slug:slug>/versions/<int:number>/fichier/", views.version_file, name="version_file"),
    path("<slug:slug>/api/", views.api, name="api"),
    path("<slug:slug>/construire/", views.ask_for_build, name="build_new"),
    path("<slug:slug>/constructions/<int:pk>/", views.build, name="build"),
    path("<slug:slug>/constructions/<int:pk>/avancement/", views.build_progress, name="build_progress"),
    path("<slug:slug>/constructions/<int:pk>/annuler/", views.cancel_build, name="build_cancel"),
    path("<slug:slug>/constructions/<int:pk>/rejets/", views.rejects, name="rejects"),
    path("<slug:slug>/constructions/<int:pk>/rejets/csv/", views.export_rejects, name="rejects_export"),
]
