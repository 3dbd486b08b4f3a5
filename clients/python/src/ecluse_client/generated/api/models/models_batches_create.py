from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.batch import Batch
from ...models.from_dataset_request import FromDatasetRequest
from ...models.models_batches_create_result import ModelsBatchesCreateResult
from ...models.problem import Problem
from ...types import File, FileTypes
from ...types import UNSET, Unset
from io import BytesIO
from typing import cast



def _get_kwargs(
    slug: str,
    *,
    body:    FromDatasetRequest  |     File  |     File  |     File  | Unset = UNSET,
    result: ModelsBatchesCreateResult | Unset = ModelsBatchesCreateResult.PARQUET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    

    params: dict[str, Any] = {}

    json_result: str | Unset = UNSET
    if not isinstance(result, Unset):
        json_result = result.value

    params["result"] = json_result


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/models/{slug}/batches/".format(slug=quote(str(slug), safe=""),),
        "params": params,
    }

    if isinstance(body, FromDatasetRequest):
        
        if not isinstance(body, Unset):
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, File):
        if not isinstance(body, Unset):
            _kwargs["content"] = body.payload
        headers["Content-Type"] = "text/csv"
    if isinstance(body, File):
        if not isinstance(body, Unset):
            _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/jsonl"
    if isinstance(body, File):
        if not isinstance(body, Unset):
            _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/vnd.apache.parquet"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Batch | Problem | None:
    if response.status_code == 202:
        response_202 = Batch.from_dict(response.json())



        return response_202

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

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())



        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())



        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())



        return response_415

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Batch | Problem]:
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
    body:    FromDatasetRequest  |     File  |     File  |     File  | Unset = UNSET,
    result: ModelsBatchesCreateResult | Unset = ModelsBatchesCreateResult.PARQUET,

) -> Response[Batch | Problem]:
    """ Ask for a batch

     Send a file of rows as the body, with the names of the fields as its columns; or, in JSON, name a
    dataset that your token may read. The rows are answered by a worker, in their order; those that are
    refused are set aside, each with its field and the code of its fault. The columns that you sent are
    given back beside the answers, whether the model reads them or not; of a dataset, those that tell
    its rows apart.

    Args:
        slug (str):
        result (ModelsBatchesCreateResult | Unset):  Default: ModelsBatchesCreateResult.PARQUET.
        body (FromDatasetRequest | Unset):
        body (File | Unset):
        body (File | Unset):
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Batch | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
body=body,
result=result,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    body:    FromDatasetRequest  |     File  |     File  |     File  | Unset = UNSET,
    result: ModelsBatchesCreateResult | Unset = ModelsBatchesCreateResult.PARQUET,

) -> Batch | Problem | None:
    """ Ask for a batch

     Send a file of rows as the body, with the names of the fields as its columns; or, in JSON, name a
    dataset that your token may read. The rows are answered by a worker, in their order; those that are
    refused are set aside, each with its field and the code of its fault. The columns that you sent are
    given back beside the answers, whether the model reads them or not; of a dataset, those that tell
    its rows apart.

    Args:
        slug (str):
        result (ModelsBatchesCreateResult | Unset):  Default: ModelsBatchesCreateResult.PARQUET.
        body (FromDatasetRequest | Unset):
        body (File | Unset):
        body (File | Unset):
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Batch | Problem
     """


    return sync_detailed(
        slug=slug,
client=client,
body=body,
result=result,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    body:    FromDatasetRequest  |     File  |     File  |     File  | Unset = UNSET,
    result: ModelsBatchesCreateResult | Unset = ModelsBatchesCreateResult.PARQUET,

) -> Response[Batch | Problem]:
    """ Ask for a batch

     Send a file of rows as the body, with the names of the fields as its columns; or, in JSON, name a
    dataset that your token may read. The rows are answered by a worker, in their order; those that are
    refused are set aside, each with its field and the code of its fault. The columns that you sent are
    given back beside the answers, whether the model reads them or not; of a dataset, those that tell
    its rows apart.

    Args:
        slug (str):
        result (ModelsBatchesCreateResult | Unset):  Default: ModelsBatchesCreateResult.PARQUET.
        body (FromDatasetRequest | Unset):
        body (File | Unset):
        body (File | Unset):
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Batch | Problem]
     """


    kwargs = _get_kwargs(
        slug=slug,
body=body,
result=result,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    body:    FromDatasetRequest  |     File  |     File  |     File  | Unset = UNSET,
    result: ModelsBatchesCreateResult | Unset = ModelsBatchesCreateResult.PARQUET,

) -> Batch | Problem | None:
    """ Ask for a batch

     Send a file of rows as the body, with the names of the fields as its columns; or, in JSON, name a
    dataset that your token may read. The rows are answered by a worker, in their order; those that are
    refused are set aside, each with its field and the code of its fault. The columns that you sent are
    given back beside the answers, whether the model reads them or not; of a dataset, those that tell
    its rows apart.

    Args:
        slug (str):
        result (ModelsBatchesCreateResult | Unset):  Default: ModelsBatchesCreateResult.PARQUET.
        body (FromDatasetRequest | Unset):
        body (File | Unset):
        body (File | Unset):
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Batch | Problem
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
body=body,
result=result,

    )).parsed
