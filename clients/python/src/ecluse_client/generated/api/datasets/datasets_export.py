from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.datasets_export_format import DatasetsExportFormat
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    slug: str,
    *,
    columns: str | Unset = UNSET,
    format_: DatasetsExportFormat | Unset = DatasetsExportFormat.CSV,
    order: str | Unset = UNSET,
    q: str | Unset = UNSET,
    version: int | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["columns"] = columns

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_.value

    params["format"] = json_format_

    params["order"] = order

    params["q"] = q

    params["version"] = version


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/datasets/{slug}/export/".format(slug=quote(str(slug), safe=""),),
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | str | None:
    if response.status_code == 200:
        response_200 = cast(str, response.content)
        return response_200

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    format_: DatasetsExportFormat | Unset = DatasetsExportFormat.CSV,
    order: str | Unset = UNSET,
    q: str | Unset = UNSET,
    version: int | Unset = UNSET,

) -> Response[Problem | str]:
    """ Download rows

     All the rows that the filters let through, as a file. The filters are those of the rows.

    Args:
        slug (str):
        columns (str | Unset):
        format_ (DatasetsExportFormat | Unset):  Default: DatasetsExportFormat.CSV.
        order (str | Unset):
        q (str | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | str]
     """


    kwargs = _get_kwargs(
        slug=slug,
columns=columns,
format_=format_,
order=order,
q=q,
version=version,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    format_: DatasetsExportFormat | Unset = DatasetsExportFormat.CSV,
    order: str | Unset = UNSET,
    q: str | Unset = UNSET,
    version: int | Unset = UNSET,

) -> Problem | str | None:
    """ Download rows

     All the rows that the filters let through, as a file. The filters are those of the rows.

    Args:
        slug (str):
        columns (str | Unset):
        format_ (DatasetsExportFormat | Unset):  Default: DatasetsExportFormat.CSV.
        order (str | Unset):
        q (str | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | str
     """


    return sync_detailed(
        slug=slug,
client=client,
columns=columns,
format_=format_,
order=order,
q=q,
version=version,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    format_: DatasetsExportFormat | Unset = DatasetsExportFormat.CSV,
    order: str | Unset = UNSET,
    q: str | Unset = UNSET,
    version: int | Unset = UNSET,

) -> Response[Problem | str]:
    """ Download rows

     All the rows that the filters let through, as a file. The filters are those of the rows.

    Args:
        slug (str):
        columns (str | Unset):
        format_ (DatasetsExportFormat | Unset):  Default: DatasetsExportFormat.CSV.
        order (str | Unset):
        q (str | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | str]
     """


    kwargs = _get_kwargs(
        slug=slug,
columns=columns,
format_=format_,
order=order,
q=q,
version=version,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    columns: str | Unset = UNSET,
    format_: DatasetsExportFormat | Unset = DatasetsExportFormat.CSV,
    order: str | Unset = UNSET,
    q: str | Unset = UNSET,
    version: int | Unset = UNSET,

) -> Problem | str | None:
    """ Download rows

     All the rows that the filters let through, as a file. The filters are those of the rows.

    Args:
        slug (str):
        columns (str | Unset):
        format_ (DatasetsExportFormat | Unset):  Default: DatasetsExportFormat.CSV.
        order (str | Unset):
        q (str | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | str
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
columns=columns,
format_=format_,
order=order,
q=q,
version=version,

    )).parsed
