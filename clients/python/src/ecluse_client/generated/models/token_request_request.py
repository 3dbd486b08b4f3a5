from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.scopes import Scopes
from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="TokenRequestRequest")



@_attrs_define
class TokenRequestRequest:
    

    email: str
    """ The e-mail of your account. """
    password: str
    """ Its password. """
    name: str
    """ What the token is for; yours alone. """
    scopes: list[Scopes]
    """ What the token may do: “area:read” or “area:write”; writing includes reading. """
    code: str | Unset = UNSET
    """ If the account has two-factor authentication: a code of your application, or a recovery code. """
    lifetime_days: int | Unset = 30
    """ How many days until it expires. """





    def to_dict(self) -> dict[str, Any]:
        email = self.email

        password = self.password

        name = self.name

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item = scopes_item_data.value
            scopes.append(scopes_item)



        code = self.code

        lifetime_days = self.lifetime_days


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "email": email,
            "password": password,
            "name": name,
            "scopes": scopes,
        })
        if code is not UNSET:
            field_dict["code"] = code
        if lifetime_days is not UNSET:
            field_dict["lifetime_days"] = lifetime_days

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        password = d.pop("password")

        name = d.pop("name")

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in (_scopes):
            scopes_item = Scopes(scopes_item_data)



            scopes.append(scopes_item)


        code = d.pop("code", UNSET)

        lifetime_days = d.pop("lifetime_days", UNSET)

        token_request_request = cls(
            email=email,
            password=password,
            name=name,
            scopes=scopes,
            code=code,
            lifetime_days=lifetime_days,
        )

        return token_request_request

