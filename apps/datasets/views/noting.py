"""Writing the release note of a version, and following the versions of a dataset in a feed reader."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.access import public, requires
from apps.datasets.forms.note import NoteForm
from apps.datasets.models import Build, Version
from apps.datasets.noting import proposed_note, write_note
from apps.datasets.views.page import DatasetPage, difference

# A reader asks again within the day; nobody needs the versions of last year in a feed.
FEED_LENGTH = 20


@requires("datasets.build_dataset")
def note(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Of the version of this build, published or to come; what changed is proposed for one that has none."""
    shown = DatasetPage.load_at_work(request, slug)
    builds = shown.dataset.builds.select_related("version__parent__build", "restores")
    build: Build = get_object_or_404(builds, pk=pk)
    published: Version | None = getattr(build, "version", None)
    if published:
        published.dataset = shown.dataset
    # Found only where the form is shown: it takes reading both versions.
    form = NoteForm(request.POST or None, initial={"note": partial(_begun, build, published)})
    if request.method == "POST" and form.is_valid():
        write_note(build=build, note=form.cleaned_data["note"], by=request.user)
        messages.success(request, _("The release note is saved."))
        return redirect(published or build)
    is_proposed = bool(published and not build.note)
    context = {"build": build, "published": published, "form": form, "is_proposed": is_proposed}
    return render(request, "datasets/note.html", shown.context("versions", **context))


def _begun(build: Build, published: Version | None) -> str:
    return build.note or (proposed_note(published) if published else "")


@public
def versions_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest versions, as Atom (RFC 4287)."""
    shown = DatasetPage.load(request, slug)
    site = settings.SITE_URL
    feed = Atom1Feed(
        title=_("Versions of %(name)s") % {"name": shown.dataset.name},
        link=f"{site}{shown.dataset.get_absolute_url()}",
        description=shown.dataset.description,
        language=get_language(),
        feed_url=f"{site}{request.path}",
    )
    versions = shown.dataset.versions.select_related("parent").defer(
        "manifest", "schema", "parent__manifest", "parent__schema"
    )
    for version in versions.order_by("-number")[:FEED_LENGTH]:
        feed.add_item(
            title=_("Version %(number)s") % {"number": version.number},
            link=f"{site}{version.get_absolute_url()}",
            description=version.note or difference(version),
            pubdate=version.published_at,
            updateddate=version.published_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
