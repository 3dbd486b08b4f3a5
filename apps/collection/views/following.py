"""Following a source, from its page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.requests import SignedInRequest
from apps.collection import following
from apps.collection.models import Source
from apps.core.access import requires


@requires("collection.view_source")
@require_POST
def follow_source(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    following.follow_source(source=source, by=request.user)
    messages.success(request, _("You will be told by e-mail when a run of this source fails or is held at its gate."))
    return redirect(source)


@requires("collection.view_source")
@require_POST
def stop_following_source(request: SignedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    following.stop_following(source=source, by=request.user)
    messages.success(request, _("You will not be told of this source any more."))
    return redirect(source)
