"""NHI-IDN-200: an agent's application and principal are made for it, under its own name."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import identity_name

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.holders import Holder, holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-IDN-200",
    slug="application-of-its-own",
    severity="high",
    kind="resource",
    targets=("entra-application", t.ENTRA_SERVICE_PRINCIPAL),
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "ISO27001-A.5.16", "AIRS-IA-1.2"),
    row="1.1",
)
def application_of_its_own(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's application has the agent's name, which no second one may have, and its principal is a new one.

    Why: two applications of one name are taken for each other in every portal and log; a principal that is taken over
        brings what it already holds.
    Bad: an application by another name with the agent's tags; `prevent_duplicate_names` left out, which is false, also
        at an update; `use_existing: True`; an application from a template.
    Fix: let the component make both.
    """
    who = holder(resource, context)
    if resource.type == t.ENTRA_SERVICE_PRINCIPAL:
        if resource.read("useExisting", default=False) is not False:
            what = "it takes over a principal that somebody else made"
            yield _finding(what, "set `useExisting` to false.", "existing")
        return
    name = _name(who, context)
    if name is not None and resource.text("displayName") != name:
        yield _finding(f"its name is not the agent's, {name}", f"set `displayName` to {name}.", "name")
    if resource.type == t.ENTRA_APPLICATION:
        if resource.read("preventDuplicateNames", default=False) is not True:
            what = "a second application may take its name"
            yield _finding(what, "set `preventDuplicateNames` to true, in every state.", "duplicates")
        if resource.text("templateId"):
            yield _finding("it is made from a template, with what the template has in it", "leave it out.", "template")


def _name(who: Holder, context: Context) -> str | None:
    if context.environment is None:
        return None
    return identity_name("entra:display-name", context.environment.environment.prefix, who.agent, who.instance)


def _finding(what: str, fix: str, part: str) -> Finding:
    return Finding(f"{what}.", fix, part)
