"""What the shell needs on every page: the sections this person may open and what the footer must say."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.core.accessibility import conformity, last_audit
from apps.core.declarations import Text
from apps.core.interface import Viewer, interfaces


@dataclass(frozen=True)
class NavigationItem:
    label: Text
    url: str
    current: str = ""  # the value of aria-current: "page", "true" for a page inside the section, or nothing


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": settings.ORGANISATION,
        "navigation": navigation(getattr(request, "user", AnonymousUser()), request.path),
        "conformity": conformity(last_audit(), timezone.localdate()),
    }


def navigation(viewer: Viewer, path: str) -> list[NavigationItem]:
    """The sections that exist and that the viewer may open, in the order of the flight."""
    sections = [each.section for each in interfaces.all() if each.section and each.section.is_open_to(viewer)]
    items = []
    for section in sorted(sections, key=lambda each: each.rank):
        url = reverse(section.url_name)
        current = "page" if path == url else "true" if path.startswith(url) else ""
        items.append(NavigationItem(section.label, url, current))
    return items
