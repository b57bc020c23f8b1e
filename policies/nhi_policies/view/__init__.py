"""The judge's own reading of resources: plain frozen values, with what is not known marked.

`resource` holds one resource, `facts` what it says about its agent, `aws` and `kubernetes` read platform documents,
`types` says which types the gate knows.
"""

from nhi_policies.view.facts import fact, facts
from nhi_policies.view.resource import Resource, Stack, from_record, plain

__all__ = ["Resource", "Stack", "fact", "facts", "from_record", "plain"]
