"""The Celery application: it finds the tasks of every app and beats the schedule of `config.schedule`.

Its settings are in the section Celery of the settings. A killed worker's task is run again; so every task is safe to
run twice. Which settings is for the environment to say (DJANGO_SETTINGS_MODULE): importing this sets no default.
"""

from celery import Celery

from config.schedule import SCHEDULE

app = Celery("ecluse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {entry.task: entry.as_beat_entry() for entry in SCHEDULE}
