"""Rules of this area; every module here is found by `nhi_policies.rule.registry`."""
