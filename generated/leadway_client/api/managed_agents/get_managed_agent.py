from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.managed_agent import ManagedAgent
from ...types import UNSET, Response


def _get_kwargs(
    managed_agent_id: str,
    *,
    location_id: str,
    version: str = "v3",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Version"] = version

    params: dict[str, Any] = {}

    params["locationId"] = location_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/agent-studio/managed-agents/{managed_agent_id}".format(
            managed_agent_id=quote(str(managed_agent_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Error | ManagedAgent | None:
    if response.status_code == 200:
        response_200 = ManagedAgent.from_dict(response.json())

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
) -> Response[Error | ManagedAgent]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    managed_agent_id: str,
    *,
    client: AuthenticatedClient,
    location_id: str,
    version: str = "v3",
) -> Response[Error | ManagedAgent]:
    """Read a published managed agent

     The published snapshot. Unknown agents, unpublished ones and those of other locations are a 404.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        location_id (str): The sub-account that owns the agents.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ManagedAgent]
    """

    kwargs = _get_kwargs(
        managed_agent_id=managed_agent_id,
        location_id=location_id,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    managed_agent_id: str,
    *,
    client: AuthenticatedClient,
    location_id: str,
    version: str = "v3",
) -> Error | ManagedAgent | None:
    """Read a published managed agent

     The published snapshot. Unknown agents, unpublished ones and those of other locations are a 404.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        location_id (str): The sub-account that owns the agents.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ManagedAgent
    """

    return sync_detailed(
        managed_agent_id=managed_agent_id,
        client=client,
        location_id=location_id,
        version=version,
    ).parsed


async def asyncio_detailed(
    managed_agent_id: str,
    *,
    client: AuthenticatedClient,
    location_id: str,
    version: str = "v3",
) -> Response[Error | ManagedAgent]:
    """Read a published managed agent

     The published snapshot. Unknown agents, unpublished ones and those of other locations are a 404.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        location_id (str): The sub-account that owns the agents.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ManagedAgent]
    """

    kwargs = _get_kwargs(
        managed_agent_id=managed_agent_id,
        location_id=location_id,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    managed_agent_id: str,
    *,
    client: AuthenticatedClient,
    location_id: str,
    version: str = "v3",
) -> Error | ManagedAgent | None:
    """Read a published managed agent

     The published snapshot. Unknown agents, unpublished ones and those of other locations are a 404.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        location_id (str): The sub-account that owns the agents.
        version (str): The version of the API that the client was written for. Default: 'v3'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ManagedAgent
    """

    return (
        await asyncio_detailed(
            managed_agent_id=managed_agent_id,
            client=client,
            location_id=location_id,
            version=version,
        )
    ).parsed
