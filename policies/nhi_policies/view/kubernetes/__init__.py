"""Kubernetes as the judge reads it: objects, and whose they are.

`objects` reads shapes, `agents` says whose an object is, `declared` what a declaration means in a cluster, `rbac` what
accounts hold, `network`, `pods` and `admission` what the names say, `escalation` which permissions are as good as all.
"""
