from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.datasets_list_freshness_item import DatasetsListFreshnessItem
from ...models.datasets_list_readers_item import DatasetsListReadersItem
from ...models.paginated_dataset_list import PaginatedDatasetList
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    freshness: list[DatasetsListFreshnessItem] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = 50,
    q: str | Unset = UNSET,
    readers: list[DatasetsListReadersItem] | Unset = UNSET,
    source_kind: list[str] | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_freshness: list[str] | Unset = UNSET
    if not isinstance(freshness, Unset):
        json_freshness = []
        for freshness_item_data in freshness:
            freshness_item = freshness_item_data.value
            json_freshness.append(freshness_item)


    params["freshness"] = json_freshness

    json_licence: list[str] | Unset = UNSET
    if not isinstance(licence, Unset):
        json_licence = licence


    params["licence"] = json_licence

    params["limit"] = limit

    params["q"] = q

    json_readers: list[str] | Unset = UNSET
    if not isinstance(readers, Unset):
        json_readers = []
        for readers_item_data in readers:
            readers_item = readers_item_data.value
            json_readers.append(readers_item)


    params["readers"] = json_readers

    json_source_kind: list[str] | Unset = UNSET
    if not isinstance(source_kind, Unset):
        json_source_kind = source_kind


    params["source_kind"] = json_source_kind


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/datasets/",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | PaginatedDatasetList | Problem | None:
    if response.status_code == 200:
        response_200 = PaginatedDatasetList.from_dict(response.json())



        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = cast(Any, None)
        return response_403

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | PaginatedDatasetList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    freshness: list[DatasetsListFreshnessItem] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = 50,
    q: str | Unset = UNSET,
    readers: list[DatasetsListReadersItem] | Unset = UNSET,
    source_kind: list[str] | Unset = UNSET,

) -> Response[Any | PaginatedDatasetList | Problem]:
    """ The datasets

     Those that you may read: the public ones, and with a token those that its owner may see.

    Args:
        cursor (str | Unset):
        freshness (list[DatasetsListFreshnessItem] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):  Default: 50.
        q (str | Unset):
        readers (list[DatasetsListReadersItem] | Unset):
        source_kind (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | PaginatedDatasetList | Problem]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
freshness=freshness,
licence=licence,
limit=limit,
q=q,
readers=readers,
source_kind=source_kind,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    freshness: list[DatasetsListFreshnessItem] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = 50,
    q: str | Unset = UNSET,
    readers: list[DatasetsListReadersItem] | Unset = UNSET,
    source_kind: list[str] | Unset = UNSET,

) -> Any | PaginatedDatasetList | Problem | None:
    """ The datasets

     Those that you may read: the public ones, and with a token those that its owner may see.

    Args:
        cursor (str | Unset):
        freshness (list[DatasetsListFreshnessItem] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):  Default: 50.
        q (str | Unset):
        readers (list[DatasetsListReadersItem] | Unset):
        source_kind (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | PaginatedDatasetList | Problem
     """


    return sync_detailed(
        client=client,
cursor=cursor,
freshness=freshness,
licence=licence,
limit=limit,
q=q,
readers=readers,
source_kind=source_kind,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    freshness: list[DatasetsListFreshnessItem] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = 50,
    q: str | Unset = UNSET,
    readers: list[DatasetsListReadersItem] | Unset = UNSET,
    source_kind: list[str] | Unset = UNSET,

) -> Response[Any | PaginatedDatasetList | Problem]:
    """ The datasets

     Those that you may read: the public ones, and with a token those that its owner may see.

    Args:
        cursor (str | Unset):
        freshness (list[DatasetsListFreshnessItem] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):  Default: 50.
        q (str | Unset):
        readers (list[DatasetsListReadersItem] | Unset):
        source_kind (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | PaginatedDatasetList | Problem]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
freshness=freshness,
licence=licence,
limit=limit,
q=q,
readers=readers,
source_kind=source_kind,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    freshness: list[DatasetsListFreshnessItem] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = 50,
    q: str | Unset = UNSET,
    readers: list[DatasetsListReadersItem] | Unset = UNSET,
    source_kind: list[str] | Unset = UNSET,

) -> Any | PaginatedDatasetList | Problem | None:
    """ The datasets

     Those that you may read: the public ones, and with a token those that its owner may see.

    Args:
        cursor (str | Unset):
        freshness (list[DatasetsListFreshnessItem] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):  Default: 50.
        q (str | Unset):
        readers (list[DatasetsListReadersItem] | Unset):
        source_kind (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | PaginatedDatasetList | Problem
     """


    return (await asyncio_detailed(
        client=client,
cursor=cursor,
freshness=freshness,
licence=licence,
limit=limit,
q=q,
readers=readers,
source_kind=source_kind,

    )).parsed
