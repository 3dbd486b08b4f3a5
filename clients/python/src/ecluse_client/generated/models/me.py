from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.language import Language
from ..models.roles import Roles
from typing import cast

if TYPE_CHECKING:
  from ..models.token import Token





T = TypeVar("T", bound="Me")



@_attrs_define
class Me:
    

    id: int
    """ The number of the account. """
    email: str
    """ Its e-mail. """
    name: str
    """ The person’s name. """
    language: Language
    time_zone: str
    """ The time zone they read times in. """
    roles: list[Roles]
    """ The roles they hold. """
    token: Token
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.token import Token # noqa: PLC0415
        id = self.id

        email = self.email

        name = self.name

        language = self.language.value

        time_zone = self.time_zone

        roles = []
        for roles_item_data in self.roles:
            roles_item = roles_item_data.value
            roles.append(roles_item)



        token = self.token.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "email": email,
            "name": name,
            "language": language,
            "time_zone": time_zone,
            "roles": roles,
            "token": token,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.token import Token # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        email = d.pop("email")

        name = d.pop("name")

        language = Language(d.pop("language"))




        time_zone = d.pop("time_zone")

        roles = []
        _roles = d.pop("roles")
        for roles_item_data in (_roles):
            roles_item = Roles(roles_item_data)



            roles.append(roles_item)


        token = Token.from_dict(d.pop("token"))




        me = cls(
            id=id,
            email=email,
            name=name,
            language=language,
            time_zone=time_zone,
            roles=roles,
            token=token,
        )


        me.additional_properties = d
        return me

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
