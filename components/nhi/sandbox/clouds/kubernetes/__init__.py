"""A stand-in for a Kubernetes cluster: what its API server would say to each object."""

from nhi.sandbox.clouds.kubernetes.cloud import KubernetesCloud

__all__ = ["KubernetesCloud"]
