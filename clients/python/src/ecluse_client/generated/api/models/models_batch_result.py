from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...types import File, FileTypes
from io import BytesIO
from typing import cast



def _get_kwargs(
    slug: str,
    id: int,

) -> dict[str, Any]:
    

    

    

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/models/{slug}/batches/{id}/result/".format(slug=quote(str(slug), safe=""),id=quote(str(id), safe=""),),
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> File | Problem | None:
    if response.status_code == 200:
        response_200 = File(
             payload = BytesIO(response.content)
        )



        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())



        return response_403

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[File | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    id: int,
    *,
    client: AuthenticatedClient,

) -> Response[File | Problem]:
    """ The answers of a batch

     A row for each row that was sent, in their order: its number, the columns that you sent, then the
    answer, null where it was refused. A column that is called as one of the answer is numbered:
    `answer_2`. Only whoever asked for the batch has it.

    Args:
        slug (str):
        id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
id=id,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    id: int,
    *,
    client: AuthenticatedClient,

) -> File | Problem | None:
    """ The answers of a batch

     A row for each row that was sent, in their order: its number, the columns that you sent, then the
    answer, null where it was refused. A column that is called as one of the answer is numbered:
    `answer_2`. Only whoever asked for the batch has it.

    Args:
        slug (str):
        id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | Problem
     """


    return sync_detailed(
        slug=slug,
id=id,
client=client,

    ).parsed

async def asyncio_detailed(
    slug: str,
    id: int,
    *,
    client: AuthenticatedClient,

) -> Response[File | Problem]:
    """ The answers of a batch

     A row for each row that was sent, in their order: its number, the columns that you sent, then the
    answer, null where it was refused. A column that is called as one of the answer is numbered:
    `answer_2`. Only whoever asked for the batch has it.

    Args:
        slug (str):
        id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
id=id,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    id: int,
    *,
    client: AuthenticatedClient,

) -> File | Problem | None:
    """ The answers of a batch

     A row for each row that was sent, in their order: its number, the columns that you sent, then the
    answer, null where it was refused. A column that is called as one of the answer is numbered:
    `answer_2`. Only whoever asked for the batch has it.

    Args:
        slug (str):
        id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | Problem
     """


    return (await asyncio_detailed(
        slug=slug,
id=id,
client=client,

    )).parsed
