"""What the OpenAPI document says that only the whole project knows: which scope each operation asks of its token."""

from typing import Any

from apps.accounts.permissions import HasScope, required_scope
from apps.core.api.schema import AutoSchema as CoreAutoSchema


class AutoSchema(CoreAutoSchema):
    """The description of one operation, with the scope that it needs."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        options: list[dict[str, list[str]]] = super().get_auth()
        if not any(isinstance(permission, HasScope) for permission in self.view.get_permissions()):
            return options
        return [{name: [self.scope()] for name in option} for option in options]

    def scope(self) -> str:
        request: Any = self.view.request
        request.method = self.method
        return required_scope(request, self.view)
