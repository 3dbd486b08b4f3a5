"""What the pages of this back-office share."""

import json
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.admin import ReadOnlyAdmin


class SeenWith(ReadOnlyAdmin):
    """What describes something else is seen by whoever sees that: there is no right of its own for it."""

    right: ClassVar[str]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.right)


def as_json(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
