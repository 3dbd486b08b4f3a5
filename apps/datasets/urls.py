"""The pages of the datasets."""

from django.urls import path

from apps.datasets import views

app_name = "datasets"

urlpatterns = [
    path("", views.datasets, name="datasets"),
    path("nouveau/", views.new_dataset, name="dataset_new"),
    path("<slug:slug>/", views.dataset, name="dataset"),
    path("<slug:slug>/donnees/", views.rows, name="rows"),
    path("<slug:slug>/donnees/<str:entity>/", views.rows, name="entity_rows"),
    path("<slug:slug>/export/", views.export, name="export"),
    path("<slug:slug>/export/<str:entity>/", views.export, name="entity_export"),
    path("<slug:slug>/dictionnaire/", views.dictionary, name="dictionary"),
    path("<slug:slug>/dictionnaire/csv/", views.dictionary_csv, name="dictionary_csv"),
    path("<slug:slug>/modele/", views.model, name="model"),
    path("<slug:slug>/modele/changer/", views.change_model, name="model_change"),
    path("<slug:slug>/modele/ddl/", views.model_ddl, name="model_ddl"),
    path("<slug:slug>/modele/mocodo/", views.model_mocodo, name="model_mocodo"),
    path("<slug:slug>/modele/yaml/", views.model_yaml, name="model_yaml"),
    path("<slug:slug>/recette/", views.recipe, name="recipe"),
    path("<slug:slug>/recette/<str:entity>/", views.change_recipe, name="recipe_change"),
    path("<slug:slug>/recette/<str:entity>/etapes/", views.recipe_steps, name="recipe_steps"),
    path("<slug:slug>/documentation/", views.documentation, name="documentation"),
    path("<slug:slug>/documentation/markdown/", views.documentation_markdown, name="documentation_markdown"),
    path("<slug:slug>/reglages/", views.settings, name="settings"),
    path("<slug:slug>/acces/", views.access, name="access"),
    path("<slug:slug>/acces/<int:pk>/retirer/", views.take_back_access, name="access_take_back"),
    path("<slug:slug>/supprimer/", views.delete_dataset, name="delete"),
    path("<slug:slug>/lignage/", views.lineage, name="lineage"),
    path("<slug:slug>/qualite/", views.quality, name="quality"),
    path("<slug:slug>/versions/", views.versions, name="versions"),
    path("<slug:slug>/versions/atom/", views.versions_feed, name="versions_feed"),
    path("<slug:slug>/versions/<int:number>/", views.version, name="version"),
    path("<slug:slug>/versions/<int:number>/ecarts/", views.differences, name="differences"),
    path("<slug:slug>/versions/<int:number>/retablir/", views.restore_version, name="version_restore"),
    path("<slug:slug>/versions/<int:number>/fichier/", views.version_file, name="version_file"),
    path("<slug:slug>/versions/<int:number>/fichier/<str:entity>/", views.version_file, name="entity_version_file"),
    path("<slug:slug>/versions/<int:number>/documentation/", views.version_documentation, name="version_documentation"),
    path(
        "<slug:slug>/versions/<int:number>/documentation/markdown/",
        views.version_documentation_markdown,
        name="version_documentation_markdown",
    ),
    path("<slug:slug>/api/", views.api, name="api"),
    path("<slug:slug>/api/essai/", views.api_try, name="api_try"),
    path("<slug:slug>/construire/", views.ask_for_build, name="build_new"),
    path("<slug:slug>/constructions/<int:pk>/", views.build, name="build"),
    path("<slug:slug>/constructions/<int:pk>/avancement/", views.build_progress, name="build_progress"),
    path("<slug:slug>/constructions/<int:pk>/annuler/", views.cancel_build, name="build_cancel"),
    path("<slug:slug>/constructions/<int:pk>/note/", views.note, name="note"),
    path("<slug:slug>/constructions/<int:pk>/rejets/", views.rejects, name="rejects"),
    path("<slug:slug>/constructions/<int:pk>/rejets/csv/", views.export_rejects, name="rejects_export"),
]
