"""Every agent in `agents/`, in the environment that this stack names."""

import nhi
import pulumi

config = pulumi.Config("nhi")
fleet = nhi.declare_fleet(
    agents="agents",
    environment=f"environments/{config.require('environment')}.yaml",
    clock=config.get("clock") or None,
)
pulumi.export("agents", fleet.outputs)
