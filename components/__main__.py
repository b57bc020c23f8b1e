"""Serves the components to programs in any Pulumi language: TypeScript, Go, C#, Java, YAML.

Owns the list of what is served, the refusal of arguments that the component host would drop or pass on unread, and how
a mistake is told to a program in another language. Does not own the components, nor the step from their annotations to
a schema (Pulumi's component host).
"""

import sys
from importlib.metadata import version
from typing import Any

import nhi
import pulumi
from nhi.spec.nearest import nearest
from nhi.spec.problems import InputError
from pulumi.provider import main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

NAME = "nhi"
COMPONENTS: list[type[pulumi.ComponentResource]] = [
    nhi.AgentIdentity,
    nhi.AwsAgentIdentity,
    nhi.EntraAgentClasses,
    nhi.EntraAgentIdentity,
    nhi.GcpAgentIdentity,
    nhi.KubernetesAgentAdmission,
    nhi.KubernetesAgentIdentity,
]

_SAID = (InputError, ModuleNotFoundError, pulumi.RunError, ValueError)
"""Errors whose message is the whole of what their reader needs."""


class Components(ComponentProvider):
    """The component host, with every argument read, and without a traceback below a message that needs none."""

    def construct(self, name: str, resource_type: str, inputs: Any, options: Any = None) -> Any:
        """Makes one component. Raises `pulumi.InputPropertiesError`, which an engine shows as a mistake of its user."""
        self.validate_resource_type(self._name, resource_type)
        wrong = list(self._wrong(resource_type.rpartition(":")[2], inputs))
        try:
            if not wrong:
                return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if not isinstance(error.inner, _SAID):
                raise
            wrong = [str(error.inner)]
        # Trap: without a list of properties, even an empty one, the SDK fails on its own answer.
        raise pulumi.InputPropertiesError("\n".join(wrong), [])

    def _wrong(self, component: str, inputs: Any) -> Any:
        known = self._component_defs[component].inputs
        for argument, value in inputs.items():
            if argument not in known:
                close = nearest(argument, known)
                fix = f"did you mean {close!r}?" if close else f"use one of: {', '.join(sorted(known))}."
                yield f"{component} takes no argument {argument!r}; it would have been left out unsaid. Fix: {fix}"
                continue
            many = known[argument].items is not None
            if many != isinstance(value, list) or not all(isinstance(one, str) for one in (value if many else [value])):
                what = "a list of plain texts" if many else "plain text"
                yield (
                    f"the argument {argument!r} of {component} is not {what}, so nobody could know at preview what is "
                    "declared. Fix: write the value itself, not a secret or another resource's output."
                )


if __name__ == "__main__":
    main(Components(COMPONENTS, NAME, None, version("pulumi-nhi")), sys.argv[1:])
