"""The pages of the collection."""

from django.urls import path

from apps.collection import views

app_name = "collection"

urlpatterns = [
    path("", views.sources, name="sources"),
    path("sources/nouvelle/", views.source_new, name="source_new"),
    path("sources/nouvelle/<slug:kind>/", views.source_new_of_kind, name="source_new_of_kind"),
    path("sources/<slug:slug>/", views.source, name="source"),
    path("sources/<slug:slug>/emplacement/", views.source_location, name="source_location"),
    path("sources/<slug:slug>/reglages/", views.source_settings, name="source_settings"),
    path("sources/<slug:slug>/selecteurs/", views.source_selectors, name="source_selectors"),
    path("sources/<slug:slug>/regles/", views.source_rules, name="source_rules"),
    path("sources/<slug:slug>/requete/", views.source_query, name="source_query"),
    path("sources/<slug:slug>/contrat/", views.source_contract, name="source_contract"),
    path("sources/<slug:slug>/planification/", views.source_schedule, name="source_schedule"),
    path("sources/<slug:slug>/fiche/", views.source_sheet, name="source_sheet"),
    path("sources/<slug:slug>/suivre/", views.follow_source, name="source_follow"),
    path("sources/<slug:slug>/ne-plus-suivre/", views.stop_following_source, name="source_unfollow"),
    path("sources/<slug:slug>/collecter/", views.collect_source, name="source_collect"),
    path("sources/<slug:slug>/ouvrir/", views.open_source, name="source_open"),
    path("sources/<slug:slug>/fermer/", views.close_source, name="source_close"),
    path("sources/<slug:slug>/supprimer/", views.delete_source, name="source_delete"),
    path("planification/", views.schedules, name="schedules"),
    path("executions/", views.runs, name="runs"),
    path("executions/<int:pk>/", views.run, name="run"),
    path("executions/<int:pk>/avancement/", views.run_progress, name="run_progress"),
    path("executions/<int:pk>/annuler/", views.cancel_run, name="run_cancel"),
    path("executions/<int:pk>/reprendre/", views.retry_run, name="run_retry"),
    path("executions/<int:pk>/suspendre/", views.pause_run, name="run_pause"),
    path("executions/<int:pk>/poursuivre/", views.resume_run, name="run_resume"),
    path("executions/<int:pk>/rejouer/", views.replay_run, name="run_replay"),
    path("executions/<int:pk>/rejets/", views.rejections, name="rejections"),
    path("executions/<int:pk>/rejets/export/", views.export_rejections, name="rejections_export"),
]
