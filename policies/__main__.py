from pathlib import Path

from nhi_policies.pack import policies
from pulumi_policy import PolicyPack

PolicyPack("nhi", policies(Path(__file__).resolve().parent))
