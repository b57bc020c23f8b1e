"""The functions of the Entra ID provider that the sandbox answers: who and where one is, and Microsoft's own ids.

Owns the answers. A function that is not here is refused by name. Above all no object of a tenant is made up: a program
that looks up an API's service principal and its roles would get ids that no tenant has.
"""

from __future__ import annotations

from typing import Any

from nhi.sandbox.clouds.entra.types import CALLER_CLIENT, CALLER_OBJECT
from nhi.sandbox.clouds.model import CloudError, Inputs

PROBE = "azuread:nhi/sandbox:probe"
"""Only a sandbox answers this function; whoever must know whether clouds are real asks it."""

PUBLISHED: dict[str, str] = {
    "AzureKeyVault": "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    "AzureStorage": "e406a681-f3d4-42a8-90b6-c2b029497af1",
    "MicrosoftGraph": "00000003-0000-0000-c000-000000000000",
    "Office365ExchangeOnline": "00000002-0000-0ff1-ce00-000000000000",
    "Office365SharePointOnline": "00000003-0000-0ff1-ce00-000000000000",
}
"""Client ids of Microsoft's own applications, which are the same in every tenant
(https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in). Only these."""


def answer(token: str, tenant: str) -> Inputs:
    """The result of a function. Raises `CloudError` (`UnknownFunction`) for a token that is not served."""
    match token:
        case "azuread:index/getClientConfig:getClientConfig":
            found: dict[str, Any] = {"clientId": CALLER_CLIENT, "objectId": CALLER_OBJECT, "tenantId": tenant}
            return {"id": f"{tenant}-{CALLER_CLIENT}-{CALLER_OBJECT}", **found}
        case "azuread:index/getApplicationPublishedAppIds:getApplicationPublishedAppIds":
            return {"id": "appIds", "result": dict(PUBLISHED)}
        case _ if token == PROBE:
            return {"sandbox": True}
        case _:
            raise CloudError("UnknownFunction", f"the sandbox does not serve the function {token}")


FUNCTIONS: tuple[str, ...] = (
    "azuread:index/getClientConfig:getClientConfig",
    "azuread:index/getApplicationPublishedAppIds:getApplicationPublishedAppIds",
    PROBE,
)
"""Every function that is answered."""
