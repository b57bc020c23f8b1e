"""The functions of the AWS provider that the sandbox answers: who and where one is, and policy documents.

Owns the answers. A function that is not here is refused by name: making up data of an account would prove nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from nhi.sandbox.clouds.model import CloudError, Inputs

PROBE = "aws:nhi/sandbox:probe"
"""Only a sandbox answers this function; whoever must know whether clouds are real asks it."""

_SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}


def answer(token: str, args: Inputs, account: str, region: str, partition: str) -> Inputs:
    """The result of a function. Raises `CloudError` (`UnknownFunction`) for a token that is not served."""
    suffix = _SUFFIXES.get(partition, "amazonaws.com")
    match token:
        case "aws:index/getCallerIdentity:getCallerIdentity":
            arn = f"arn:{partition}:iam::{account}:user/sandbox"
            return {"accountId": account, "arn": arn, "id": account, "userId": "AIDA-SANDBOX"}
        case "aws:index/getPartition:getPartition":
            reverse = ".".join(reversed(suffix.split(".")))
            return {"partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse, "id": partition}
        case "aws:index/getRegion:getRegion":
            name = args.get("region") or args.get("name") or region
            endpoint = f"ec2.{name}.{suffix}"
            return {"region": name, "name": name, "id": name, "endpoint": endpoint, "description": "sandbox"}
        case "aws:iam/getPolicyDocument:getPolicyDocument":
            document = _policy_document(args)
            text = json.dumps(document, indent=2)
            return {
                **args,
                "json": text,
                "minifiedJson": json.dumps(document, separators=(",", ":")),
                "id": str(zlib.crc32(text.encode())),
            }
        case _ if token == PROBE:
            return {"sandbox": True}
        case _:
            raise CloudError("UnknownFunction", f"the sandbox does not serve the function {token}")


def _one_or_many(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _variables(value: Any) -> Any:
    # `&{aws:username}` is how a program writes a policy variable past its own interpolation.
    return value.replace("&{", "${") if isinstance(value, str) else [_variables(item) for item in value]


def _statement(row: Mapping[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if row.get("sid"):
        statement["Sid"] = row["sid"]
    statement["Effect"] = row.get("effect") or "Allow"
    for source, target in (("actions", "Action"), ("notActions", "NotAction")):
        if row.get(source):
            statement[target] = _one_or_many(row[source])
    for source, target in (("resources", "Resource"), ("notResources", "NotResource")):
        if row.get(source):
            statement[target] = _variables(_one_or_many(row[source]))
    for source, target in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if row.get(source):
            statement[target] = _principals(row[source])
    conditions: dict[str, dict[str, Any]] = {}
    for condition in row.get("conditions") or ():
        values = _variables(list(condition["values"]))
        conditions.setdefault(condition["test"], {})[condition["variable"]] = values[0] if len(values) == 1 else values
    if conditions:
        statement["Condition"] = conditions
    return statement


def _principals(rows: list[Mapping[str, Any]]) -> Any:
    named: dict[str, list[str]] = {}
    for row in rows:
        named.setdefault(row["type"], []).extend(_variables(list(row["identifiers"])))
    if named == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_many(sorted(set(values))) for kind, values in named.items()}


def _policy_document(args: Inputs) -> dict[str, Any]:
    version, id = args.get("version") or "2012-10-17", args.get("policyId")
    statements: list[dict[str, Any]] = []

    def loaded(name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for position, text in enumerate(args.get(name) or ()):
            if not text:
                continue
            try:
                document = json.loads(text)
                found = document.get("Statement", [])
            except (ValueError, AttributeError):
                raise CloudError("InvalidArgument", f"{name}[{position}] is not a policy document") from None
            rows.extend(found if isinstance(found, list) else [found])
        return rows

    def override(rows: list[dict[str, Any]], *, refuse: str | None = None) -> None:
        for row in rows:
            sid = row.get("Sid")
            at = next((i for i, known in enumerate(statements) if sid and known.get("Sid") == sid), None)
            if at is None:
                statements.append(row)
            elif refuse is not None:
                raise CloudError("InvalidArgument", f"Sid {sid} stands in more than one statement of {refuse}")
            else:
                statements[at] = row

    override(loaded("sourcePolicyDocuments"), refuse="sourcePolicyDocuments")
    override([_statement(row) for row in args.get("statements") or ()])
    override(loaded("overridePolicyDocuments"))
    head = {"Version": version} | ({"Id": id} if id else {})
    return head | {"Statement": statements}


FUNCTIONS: tuple[str, ...] = (
    "aws:index/getCallerIdentity:getCallerIdentity",
    "aws:index/getPartition:getPartition",
    "aws:index/getRegion:getRegion",
    "aws:iam/getPolicyDocument:getPolicyDocument",
    PROBE,
)
"""Every function that is answered."""
