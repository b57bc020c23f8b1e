"""Fixtures of NHI-IDN-200."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-200"

_CONTEXT = e.context()
_INSTANCES = e.agent(instances={"blue": "active"})

GOOD = [
    Case("an application", e.application(), _CONTEXT),
    Case("a principal", e.principal(), _CONTEXT),
    Case("an instance's", e.application(_INSTANCES, instance="blue"), e.context(_INSTANCES)),
]
BAD = [
    Case("another name", e.application(displayName="by-hand"), _CONTEXT, expect="acme-people-agent"),
    Case(
        "the agent's name for an instance",
        e.application(_INSTANCES, instance="blue", displayName="acme-people-agent"),
        e.context(_INSTANCES),
        expect="blue",
    ),
    Case("a second one of the name", e.application(preventDuplicateNames=False), _CONTEXT, expect="duplicates"),
    Case("left out, which is the same", e.application(preventDuplicateNames=...), _CONTEXT, expect="duplicates"),
    Case("from a template", e.application(templateId=e.STRANGER), _CONTEXT, expect="template"),
    Case("a principal that is taken over", e.principal(useExisting=True), _CONTEXT, expect="existing"),
]
NEAR_MISS = [
    Case("a principal that leaves it to the provider", e.principal(useExisting=...), _CONTEXT),
    Case("of nobody's", e.application(displayName="shop", tags=..., notes=..., preventDuplicateNames=...), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown name", e.application(displayName=kit.UNKNOWN), _CONTEXT, expect="displayName"),
    Case("a principal that may be taken over", e.principal(useExisting=kit.UNKNOWN), _CONTEXT, expect="useExisting"),
]
