"""The local engine: runs a Pulumi program and its policy packs, unchanged, against the sandbox clouds.

Owns what `pulumi preview`, `up` and `destroy` do where no Pulumi CLI is: it speaks the SDK's own protocol, takes the
same steps in the same order, judges with the same pack processes, and keeps state in Pulumi's deployment format. It
has no providers but the stand-in clouds it is given, and it is no replacement for the CLI.

What it does
- Verbs: preview, up, destroy. Programs in Python, run by the interpreter that runs the engine (a `virtualenv` in
  Pulumi.yaml is not looked at); `main`, `stackConfigDir`, project and stack configuration without encrypted values.
- Packages of components in Python that `packages` in Pulumi.yaml names by their folder: their remote components, for
  every program that it runs. Programs in YAML that are made of such components, with plain values, and export outputs.
- Resources: custom, component, default and explicit providers, parents, dependsOn, aliases (URN and spec, inherited
  by children), protect, deleteBeforeReplace, ignoreChanges, replaceOnChanges, retainOnDelete, deletedWith,
  customTimeouts (kept, the sandbox needs no time), additionalSecretOutputs, `.get()`, functions, StackReference within
  the state folder, secrets, resource references.
- Policy packs in Python: remediation, resource rules, stack rules, levels and settings, policy configuration.
- State after every step, pending operations before every call to a cloud, one run at a time, resumption after a kill.

What it refuses, by name
- import, transforms, resource and error hooks, state migrations, replaceWith, replacementTrigger, hideDiffs, dynamic
  providers, remote components of other packages or inside of one, methods of components, parameterized packages,
  pluginDownloadURL, encrypted configuration, ESC environments, `plugins` in Pulumi.yaml, packages from elsewhere,
  reading an object whose id is not known yet, making a read resource of a managed one, `requirePulumiVersion`, whatever
  else a program in YAML says, other languages, refresh, targets.

Where it differs from the CLI
- Default providers appear in state and before the pack, but never as an event. A StackReference is not kept in state.
- A secret in state is a keyed digest. An unchanged secret output is read back from the sandbox cloud.
- Deletes run one after another. Detailed diffs are not computed: events name the changed properties.
- The program is not interrupted by a violation; what it prints after a failed step has severity `debug`.
- A provider's configuration is not checked, and a change of it updates the provider in place.
"""

from nhi.sandbox.engine.project import EngineError
from nhi.sandbox.engine.run import Request, Result, run
from nhi.sandbox.engine.state import Binding, read_binding, write_binding

__all__ = ["Binding", "EngineError", "Request", "Result", "read_binding", "run", "write_binding"]
