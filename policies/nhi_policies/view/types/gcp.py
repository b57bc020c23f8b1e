"""Google Cloud types that rules read, by what they are to the gate, and types of IAM that give no access."""

from __future__ import annotations

GCP_SERVICE_ACCOUNT = "gcp:serviceaccount/account:Account"
GCP_SERVICE_ACCOUNT_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember"
GCP_PROJECT_MEMBER = "gcp:projects/iAMMember:IAMMember"
GCP_CUSTOM_ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole"
GCP_DENY_POLICY = "gcp:iam/denyPolicy:DenyPolicy"
GCP_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
GCP_SECRET = "gcp:secretmanager/secret:Secret"  # a type token
GCP_ACCOUNT_GRANTS = frozenset(
    {
        GCP_SERVICE_ACCOUNT_MEMBER,
        "gcp:serviceaccount/iAMBinding:IAMBinding",
    }
)
"""Types that grant a role on one service account."""

GCP_KINDS: dict[str, frozenset[str]] = {}

GCP_COVERED: frozenset[str] = frozenset()

GCP_HARMLESS: frozenset[str] = frozenset()
