from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...models.row import Row
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    slug: str,
    entity: str,
    *,
    columns: str | Unset = UNSET,
    expand: str | Unset = UNSET,
    version: int | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match



    

    params: dict[str, Any] = {}

    params["columns"] = columns

    params["expand"] = expand

    params["version"] = version


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/datasets/{slug}/{entity}/rows/by-key/".format(slug=quote(str(slug), safe=""),entity=quote(str(entity), safe=""),),
        "params": params,
    }


    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Problem | Row | None:
    if response.status_code == 200:
        response_200 = Row.from_dict(response.json())



        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())



        return response_404

    if response.status_code == 405:
        response_405 = Problem.from_dict(response.json())



        return response_405

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())



        return response_406

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())



        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())



        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())



        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | Problem | Row]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    expand: str | Unset = UNSET,
    version: int | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Response[Any | Problem | Row]:
    """ Row of an entity, by its key

     The row whose key is given: one parameter for each column of the key, named after it. An entity has
    none if its dictionary says so, or if you may not read all of it.

    Args:
        slug (str):
        entity (str):
        columns (str | Unset):
        expand (str | Unset):
        version (int | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | Row]
     """


    kwargs = _get_kwargs(
        slug=slug,
entity=entity,
columns=columns,
expand=expand,
version=version,
if_none_match=if_none_match,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    expand: str | Unset = UNSET,
    version: int | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Any | Problem | Row | None:
    """ Row of an entity, by its key

     The row whose key is given: one parameter for each column of the key, named after it. An entity has
    none if its dictionary says so, or if you may not read all of it.

    Args:
        slug (str):
        entity (str):
        columns (str | Unset):
        expand (str | Unset):
        version (int | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | Row
     """


    return sync_detailed(
        slug=slug,
entity=entity,
client=client,
columns=columns,
expand=expand,
version=version,
if_none_match=if_none_match,

    ).parsed

async def asyncio_detailed(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    expand: str | Unset = UNSET,
    version: int | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Response[Any | Problem | Row]:
    """ Row of an entity, by its key

     The row whose key is given: one parameter for each column of the key, named after it. An entity has
    none if its dictionary says so, or if you may not read all of it.

    Args:
        slug (str):
        entity (str):
        columns (str | Unset):
        expand (str | Unset):
        version (int | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | Row]
     """


    kwargs = _get_kwargs(
        slug=slug,
entity=entity,
columns=columns,
expand=expand,
version=version,
if_none_match=if_none_match,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    entity: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    expand: str | Unset = UNSET,
    version: int | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Any | Problem | Row | None:
    """ Row of an entity, by its key

     The row whose key is given: one parameter for each column of the key, named after it. An entity has
    none if its dictionary says so, or if you may not read all of it.

    Args:
        slug (str):
        entity (str):
        columns (str | Unset):
        expand (str | Unset):
        version (int | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | Row
     """


    return (await asyncio_detailed(
        slug=slug,
entity=entity,
client=client,
columns=columns,
expand=expand,
version=version,
if_none_match=if_none_match,

    )).parsed
