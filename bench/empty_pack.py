"""What a gate is measured against: a pack with one policy that looks at nothing."""

from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

PolicyPack(
    "empty",
    [ResourceValidationPolicy("empty", "an empty policy", lambda _args, _report: None)],
    EnforcementLevel.MANDATORY,
)
