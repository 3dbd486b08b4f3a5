"""Asking for a build, and going to watch it."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from apps.accounts.requests import SignedInRequest
from apps.core.errors import RuleViolation
from apps.datasets import requesting
from apps.datasets.models import Build, Dataset, Version
from apps.datasets.tasks import build_version


def build_after(request: SignedInRequest, dataset: Dataset) -> HttpResponse:
    """The page of the build; that of the dataset, with the reason, if none can be asked for."""
    return followed(request, lambda: requesting.request_build(dataset=dataset, by=request.user), back=dataset)


def followed(request: SignedInRequest, ask: Callable[[], Build], *, back: Dataset | Version) -> HttpResponse:
    """The page of the build that `ask` asks for; the one before, with the reason, if it cannot be."""
    try:
        build = ask()
    except RuleViolation as refusal:
        messages.error(request, str(refusal.message))
        return redirect(back)
    transaction.on_commit(lambda: build_version.delay(build.pk))
    return redirect(build)
