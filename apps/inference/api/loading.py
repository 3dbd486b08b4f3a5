"""What an address is about, for whoever asks: a model that they may use."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from apps.accounts.models import ApiToken
from apps.accounts.scopes import covers
from apps.core.interface import Viewer
from apps.inference.models import Model
from apps.inference.serving.callers import SCOPE


def viewer_of(request: Request) -> Viewer:
    """Who asks: the owner of a token that may ask models; with another token, or none, nobody in particular."""
    token = request.auth
    return request.user if isinstance(token, ApiToken) and covers(token.scopes, SCOPE) else AnonymousUser()


def usable_model(slug: str, viewer: Viewer) -> Model:
    """The model of this slug. Raises Http404 if there is none that this viewer may use."""
    model: Model = get_object_or_404(Model, slug=slug, archived_at=None)
    if not model.is_usable_by(viewer):
        raise Http404
    return model
