"""The functions of the Google Cloud provider that the sandbox answers: which project this is, and policy documents.

Owns the answers. A function that is not here is refused by name: making up data of a project would prove nothing.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from nhi.sandbox.clouds.gcp.facts import Facts
from nhi.sandbox.clouds.model import CloudError, Inputs
from nhi.sandbox.clouds.table import FAKE_SECRET

PROBE = "gcp:nhi/sandbox:probe"
"""Only a sandbox answers this function; whoever must know whether clouds are real asks it."""


def answer(token: str, args: Inputs, project: str, number: str, region: str, organization: str) -> Inputs:
    """The result of a function. Raises `CloudError` (`UnknownFunction`) for a token that is not served."""
    match token:
        case "gcp:organizations/getProject:getProject":
            asked = str(args.get("projectId") or project)
            own = Facts({"project": asked}, "", project, number, region, organization)
            return {
                "id": f"projects/{asked}",
                "projectId": asked,
                "number": own.number,
                "name": asked,
                "orgId": organization,
                "folderId": "",
                "billingAccount": "",
                "autoCreateNetwork": False,
                "deletionPolicy": "PREVENT",
                "labels": {},
                "effectiveLabels": {},
                "pulumiLabels": {},
                "tags": {},
            }
        case "gcp:organizations/getClientConfig:getClientConfig":
            return {
                "id": f"projects/{project}/regions/{region}/zones/{region}-a",
                "project": project,
                "region": region,
                "zone": f"{region}-a",
                "accessToken": FAKE_SECRET,
                "defaultLabels": {},
            }
        case "gcp:organizations/getIAMPolicy:getIAMPolicy":
            text = json.dumps(_policy(args), separators=(",", ":"))
            return {**args, "policyData": text, "id": str(zlib.crc32(text.encode()))}
        case _ if token == PROBE:
            return {"sandbox": True}
        case _:
            raise CloudError("UnknownFunction", f"the sandbox does not serve the function {token}")


def _policy(args: Inputs) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "bindings": [
            {key: sorted(value) if key == "members" else value for key, value in row.items() if value is not None}
            for row in args.get("bindings") or ()
        ]
    }
    if args.get("auditConfigs"):
        policy["auditConfigs"] = args["auditConfigs"]
    return policy
