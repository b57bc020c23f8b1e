"""Permissions of Google Cloud that are harmless one by one and lead to another account, or past a guard, together.

Owns the table, each entry with the public page that describes it (not each was read again). Does not own permissions
that lead there alone (`escalation`), nor what an agent holds (`effective`). `{project}` stands for the project's id.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from nhi_policies.view.combinations import Combination, Part, on

_CODE_BUCKETS = (
    "gcf-sources-*",
    "gcf-v2-sources-*",
    "{project}_cloudbuild",
    "run-sources-*",
    "dataproc-staging-*",
    "dataproc-temp-*",
    "dataflow-staging-*",
    "staging.{project}.appspot.com",
)
"""Buckets, by the names that Google gives them, from which a service takes the code that it runs."""
_CODE = tuple(f"//storage.googleapis.com/projects/_/buckets/{one}/objects/*" for one in _CODE_BUCKETS)
_REGIONS = ("africa", "asia", "australia", "europe", "me", "northamerica", "southamerica", "us")
_DAGS = tuple(f"//storage.googleapis.com/projects/_/buckets/{one}-*-bucket/objects/dags/*" for one in _REGIONS)


def _any(permissions: str) -> Part:
    return Part(tuple(permissions.split()))


COMBINATIONS: Final[tuple[Combination, ...]] = (
    Combination(
        "tag-binding",
        (
            _any("resourcemanager.tagValueBindings.create"),
            _any(
                "resourcemanager.hierarchyNodes.createTagBinding resourcemanager.resourceTagBindings.create "
                "storage.buckets.createTagBinding compute.instances.createTagBinding run.services.createTagBinding "
                "bigquery.datasets.createTagBinding"
            ),
        ),
        "bind a tag by itself, and so decide which conditional grants and denies hold for a resource",
        "https://cloud.google.com/resource-manager/docs/tags/tags-creating-and-managing#required-permissions-attach",
    ),
    Combination(
        "disk-of-another",
        (
            _any("compute.disks.createSnapshot"),
            _any("compute.snapshots.create"),
            _any("compute.disks.create"),
            _any("compute.instances.attachDisk"),
        ),
        "copy another machine's disk, with the credentials on it, and attach the copy to a machine that it uses",
        "https://cloud.google.com/compute/docs/disks/create-snapshots",
    ),
    Combination(
        "workload-in-a-cluster",
        (
            _any("container.clusters.get container.clusters.getCredentials"),
            _any(
                "container.deployments.create container.deployments.update container.statefulSets.create "
                "container.statefulSets.update container.daemonSets.create container.daemonSets.update "
                "container.replicaSets.create container.replicaSets.update container.jobs.create "
                "container.cronJobs.create container.cronJobs.update container.replicationControllers.create"
            ),
        ),
        "run pods of its choice in every cluster of the project, and with them any account that a cluster is let use",
        "https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#security_considerations",
    ),
    Combination(
        "model-with-code",
        (
            _any("aiplatform.models.upload"),
            _any("aiplatform.endpoints.deploy aiplatform.batchPredictionJobs.create"),
        ),
        "run a container of its choice where models are served, with the rights of that service",
        "https://unit42.paloaltonetworks.com/privilege-escalation-llm-model-exfil-vertex-ai/",
    ),
    Combination(
        "workflow-template",
        (
            _any("dataproc.workflowTemplates.create dataproc.workflowTemplates.update"),
            _any("dataproc.workflowTemplates.instantiate"),
        ),
        "run its own jobs under the account of a data cluster",
        "https://cloud.google.com/dataproc/docs/concepts/iam/iam",
    ),
    Combination(
        "code-of-a-service",
        (Part(("storage.objects.create",), _CODE), Part(("storage.objects.delete",), _CODE)),
        "put its own code in the place of what a build, a function or a job takes from that bucket and runs",
        "https://www.tenable.com/blog/confusedfunction-a-privilege-escalation-vulnerability-impacting-gcp-cloud-functions",
    ),
    Combination(
        "workflows-of-a-composer",
        (Part(("storage.objects.create",), _DAGS), _any("composer.environments.get composer.environments.list")),
        "find the bucket of a Composer environment and put workflows there, which run under its account",
        "https://cloud.google.com/composer/docs/composer-2/access-control",
    ),
    Combination(
        "connection-of-another",
        (
            _any("bigquery.connections.delegate"),
            _any("bigquery.tables.create bigquery.routines.create"),
            _any("bigquery.jobs.create"),
        ),
        "read or call, through a table or a function that it makes, whatever the account of a connection may",
        "https://cloud.google.com/bigquery/docs/create-cloud-resource-connection",
    ),
    Combination(
        "image-of-a-service",
        (
            _any("artifactregistry.repositories.uploadArtifacts"),
            _any("artifactregistry.tags.update artifactregistry.tags.create artifactregistry.tags.delete"),
        ),
        "move the tag of an image that services run to an image of its own, which then runs under their accounts",
        "https://cloud.google.com/artifact-registry/docs/access-control",
    ),
    Combination(
        "workstation",
        (_any("workstations.workstations.create"), _any("workstations.workstations.use")),
        "open a workstation and work there under the account of its configuration",
        "https://cloud.google.com/workstations/docs/customize-development-environment",
    ),
)


@lru_cache(maxsize=16)
def combinations(project: str) -> tuple[Combination, ...]:
    """The table for one project."""
    return on(lambda pattern: (pattern.replace("{project}", project),), COMBINATIONS)
