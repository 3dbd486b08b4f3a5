"""What the clock does for accounts (config/schedule.py). Each has its twin on the command line."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from apps.accounts.retention import purge_audit_trail as purge_trail
from apps.accounts.tokens import purge_expired_tokens as purge_tokens


@shared_task
def purge_expired_tokens() -> int:
    return purge_tokens(dry_run=False)


@shared_task
def purge_audit_trail() -> int:
    return purge_trail(dry_run=False)


@shared_task
def clear_sessions() -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
