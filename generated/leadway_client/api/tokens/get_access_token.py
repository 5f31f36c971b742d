from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.access_token import AccessToken
from ...models.error import Error
from ...models.get_access_token_request import GetAccessTokenRequest
from ...models.o_auth_error import OAuthError
from ...types import Response, Unset


def _get_kwargs(
    *,
    body: GetAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(version, Unset):
        headers["Version"] = version

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/oauth/token",
    }

    _kwargs["data"] = body.to_dict()
    headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AccessToken | Error | OAuthError | None:
    if response.status_code == 200:
        response_200 = AccessToken.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = OAuthError.from_dict(response.json())

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
) -> Response[AccessToken | Error | OAuthError]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: GetAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> Response[AccessToken | Error | OAuthError]:
    """Exchange an authorization code or a refresh token for an access token

     Access tokens live a day. A refresh token lives a year unless it is used: its use brings a new one,
    and
    it is invalid from then on.

    With `Version: v3` the names of the body and the response are in camel case: `grantType`,
    `accessToken`.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetAccessTokenRequest): A code or a refresh token, and the app that it was issued
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AccessToken | Error | OAuthError]
    """

    kwargs = _get_kwargs(
        body=body,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: GetAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> AccessToken | Error | OAuthError | None:
    """Exchange an authorization code or a refresh token for an access token

     Access tokens live a day. A refresh token lives a year unless it is used: its use brings a new one,
    and
    it is invalid from then on.

    With `Version: v3` the names of the body and the response are in camel case: `grantType`,
    `accessToken`.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetAccessTokenRequest): A code or a refresh token, and the app that it was issued
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AccessToken | Error | OAuthError
    """

    return sync_detailed(
        client=client,
        body=body,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: GetAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> Response[AccessToken | Error | OAuthError]:
    """Exchange an authorization code or a refresh token for an access token

     Access tokens live a day. A refresh token lives a year unless it is used: its use brings a new one,
    and
    it is invalid from then on.

    With `Version: v3` the names of the body and the response are in camel case: `grantType`,
    `accessToken`.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetAccessTokenRequest): A code or a refresh token, and the app that it was issued
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AccessToken | Error | OAuthError]
    """

    kwargs = _get_kwargs(
        body=body,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: GetAccessTokenRequest,
    version: str | Unset = "2021-07-28",
) -> AccessToken | Error | OAuthError | None:
    """Exchange an authorization code or a refresh token for an access token

     Access tokens live a day. A refresh token lives a year unless it is used: its use brings a new one,
    and
    it is invalid from then on.

    With `Version: v3` the names of the body and the response are in camel case: `grantType`,
    `accessToken`.

    Args:
        version (str | Unset): The version of the API that the client was written for. Default:
            '2021-07-28'.
        body (GetAccessTokenRequest): A code or a refresh token, and the app that it was issued
            to.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AccessToken | Error | OAuthError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            version=version,
        )
    ).parsed
