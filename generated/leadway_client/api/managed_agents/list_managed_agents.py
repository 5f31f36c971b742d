from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.managed_agent_list import ManagedAgentList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    location_id: str,
    skip: int | Unset = 0,
    limit: int | Unset = 25,
    query: str | Unset = UNSET,
    version: str = "v3",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Version"] = version

    params: dict[str, Any] = {}

    params["locationId"] = location_id

    params["skip"] = skip

    params["limit"] = limit

    params["query"] = query

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/agent-studio/managed-agents",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | ManagedAgentList | None:
    if response.status_code == 200:
        response_200 = ManagedAgentList.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = Error.from_dict(response.json())

        return response_405

    if response.status_code == 422:
        response_422 = Error.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Error.from_dict(response.json())

        return response_500

    if response.status_code == 502:
        response_502 = Error.from_dict(response.json())

        return response_502

    if response.status_code == 503:
        response_503 = Error.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Error | ManagedAgentList]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    location_id: str,
    skip: int | Unset = 0,
    limit: int | Unset = 25,
    query: str | Unset = UNSET,
    version: str = "v3",
) -> Response[Error | ManagedAgentList]:
    """List the published managed agents of a location

     Published agents only, in pages, in an order that does not change between calls.

    Args:
        location_id (str): The sub-account that owns the agents.
        skip (int | Unset): How many agents to leave out. Default: 0.
        limit (int | Unset): How many agents to return at most. Default: 25.
        query (str | Unset): Part of the name or description.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ManagedAgentList]
    """

    kwargs = _get_kwargs(
        location_id=location_id,
        skip=skip,
        limit=limit,
        query=query,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    location_id: str,
    skip: int | Unset = 0,
    limit: int | Unset = 25,
    query: str | Unset = UNSET,
    version: str = "v3",
) -> Error | ManagedAgentList | None:
    """List the published managed agents of a location

     Published agents only, in pages, in an order that does not change between calls.

    Args:
        location_id (str): The sub-account that owns the agents.
        skip (int | Unset): How many agents to leave out. Default: 0.
        limit (int | Unset): How many agents to return at most. Default: 25.
        query (str | Unset): Part of the name or description.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ManagedAgentList
    """

    return sync_detailed(
        client=client,
        location_id=location_id,
        skip=skip,
        limit=limit,
        query=query,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    location_id: str,
    skip: int | Unset = 0,
    limit: int | Unset = 25,
    query: str | Unset = UNSET,
    version: str = "v3",
) -> Response[Error | ManagedAgentList]:
    """List the published managed agents of a location

     Published agents only, in pages, in an order that does not change between calls.

    Args:
        location_id (str): The sub-account that owns the agents.
        skip (int | Unset): How many agents to leave out. Default: 0.
        limit (int | Unset): How many agents to return at most. Default: 25.
        query (str | Unset): Part of the name or description.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ManagedAgentList]
    """

    kwargs = _get_kwargs(
        location_id=location_id,
        skip=skip,
        limit=limit,
        query=query,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    location_id: str,
    skip: int | Unset = 0,
    limit: int | Unset = 25,
    query: str | Unset = UNSET,
    version: str = "v3",
) -> Error | ManagedAgentList | None:
    """List the published managed agents of a location

     Published agents only, in pages, in an order that does not change between calls.

    Args:
        location_id (str): The sub-account that owns the agents.
        skip (int | Unset): How many agents to leave out. Default: 0.
        limit (int | Unset): How many agents to return at most. Default: 25.
        query (str | Unset): Part of the name or description.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ManagedAgentList
    """

    return (
        await asyncio_detailed(
            client=client,
            location_id=location_id,
            skip=skip,
            limit=limit,
            query=query,
            version=version,
        )
    ).parsed
