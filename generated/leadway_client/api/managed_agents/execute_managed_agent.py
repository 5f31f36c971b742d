from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.execute_managed_agent_request import ExecuteManagedAgentRequest
from ...models.execute_managed_agent_response import ExecuteManagedAgentResponse
from ...models.quota_error import QuotaError
from ...types import Response


def _get_kwargs(
    managed_agent_id: str,
    *,
    body: ExecuteManagedAgentRequest,
    idempotency_key: str,
    version: str = "v3",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Idempotency-Key"] = idempotency_key

    headers["Version"] = version

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/agent-studio/managed-agents/{managed_agent_id}/execute".format(
            managed_agent_id=quote(str(managed_agent_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | ExecuteManagedAgentResponse | QuotaError | None:
    if response.status_code == 200:
        response_200 = ExecuteManagedAgentResponse.from_dict(response.json())

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

    if response.status_code == 409:
        response_409 = Error.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Error.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Error.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = Error.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = QuotaError.from_dict(response.json())

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
) -> Response[Error | ExecuteManagedAgentResponse | QuotaError]:
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
    body: ExecuteManagedAgentRequest,
    idempotency_key: str,
    version: str = "v3",
) -> Response[Error | ExecuteManagedAgentResponse | QuotaError]:
    """Send a message to a managed agent

     Runs the published snapshot of a managed agent on one message, and responds once with JSON.

    Leave `sessionId` out of the first message. The response has one; send it with every message that
    follows.

    `Idempotency-Key` identifies one turn. Send the same key again only to retry the same turn: a retry
    gets the first response, and the agent does not run again. After a 429, retry with the same key only
    if the body has `retryable: true` and `Retry-After` is there.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        idempotency_key (str): A new value for each turn, such as a UUID; the same value to retry
            it.
        version (str): The version of the API that the client was written for. Default: 'v3'.
        body (ExecuteManagedAgentRequest): One message to a managed agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ExecuteManagedAgentResponse | QuotaError]
    """

    kwargs = _get_kwargs(
        managed_agent_id=managed_agent_id,
        body=body,
        idempotency_key=idempotency_key,
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
    body: ExecuteManagedAgentRequest,
    idempotency_key: str,
    version: str = "v3",
) -> Error | ExecuteManagedAgentResponse | QuotaError | None:
    """Send a message to a managed agent

     Runs the published snapshot of a managed agent on one message, and responds once with JSON.

    Leave `sessionId` out of the first message. The response has one; send it with every message that
    follows.

    `Idempotency-Key` identifies one turn. Send the same key again only to retry the same turn: a retry
    gets the first response, and the agent does not run again. After a 429, retry with the same key only
    if the body has `retryable: true` and `Retry-After` is there.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        idempotency_key (str): A new value for each turn, such as a UUID; the same value to retry
            it.
        version (str): The version of the API that the client was written for. Default: 'v3'.
        body (ExecuteManagedAgentRequest): One message to a managed agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ExecuteManagedAgentResponse | QuotaError
    """

    return sync_detailed(
        managed_agent_id=managed_agent_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        version=version,
    ).parsed


async def asyncio_detailed(
    managed_agent_id: str,
    *,
    client: AuthenticatedClient,
    body: ExecuteManagedAgentRequest,
    idempotency_key: str,
    version: str = "v3",
) -> Response[Error | ExecuteManagedAgentResponse | QuotaError]:
    """Send a message to a managed agent

     Runs the published snapshot of a managed agent on one message, and responds once with JSON.

    Leave `sessionId` out of the first message. The response has one; send it with every message that
    follows.

    `Idempotency-Key` identifies one turn. Send the same key again only to retry the same turn: a retry
    gets the first response, and the agent does not run again. After a 429, retry with the same key only
    if the body has `retryable: true` and `Retry-After` is there.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        idempotency_key (str): A new value for each turn, such as a UUID; the same value to retry
            it.
        version (str): The version of the API that the client was written for. Default: 'v3'.
        body (ExecuteManagedAgentRequest): One message to a managed agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | ExecuteManagedAgentResponse | QuotaError]
    """

    kwargs = _get_kwargs(
        managed_agent_id=managed_agent_id,
        body=body,
        idempotency_key=idempotency_key,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    managed_agent_id: str,
    *,
    client: AuthenticatedClient,
    body: ExecuteManagedAgentRequest,
    idempotency_key: str,
    version: str = "v3",
) -> Error | ExecuteManagedAgentResponse | QuotaError | None:
    """Send a message to a managed agent

     Runs the published snapshot of a managed agent on one message, and responds once with JSON.

    Leave `sessionId` out of the first message. The response has one; send it with every message that
    follows.

    `Idempotency-Key` identifies one turn. Send the same key again only to retry the same turn: a retry
    gets the first response, and the agent does not run again. After a 429, retry with the same key only
    if the body has `retryable: true` and `Retry-After` is there.

    Args:
        managed_agent_id (str): The managed agent. An opaque id.
        idempotency_key (str): A new value for each turn, such as a UUID; the same value to retry
            it.
        version (str): The version of the API that the client was written for. Default: 'v3'.
        body (ExecuteManagedAgentRequest): One message to a managed agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | ExecuteManagedAgentResponse | QuotaError
    """

    return (
        await asyncio_detailed(
            managed_agent_id=managed_agent_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            version=version,
        )
    ).parsed
