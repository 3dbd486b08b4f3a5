"""The administration's own addresses."""

from collections.abc import Iterator

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType

from apps.accounts.models import User
from tests.e2e.samples.registry import Arguments, sample


@sample("admin:app_list")
def an_application(person: User) -> Iterator[Arguments]:
    yield {"app_label": "auth"}


@sample("admin:view_on_site")
def an_object_with_a_page(person: User) -> Iterator[Arguments]:
    group = Group.objects.get(name="user")
    yield {"content_type_id": ContentType.objects.get_for_model(Group).pk, "object_id": group.pk}


@sample("/admin/<url>")
def an_unknown_address(person: User) -> Iterator[Arguments]:
    yield {"url": "nowhere"}
