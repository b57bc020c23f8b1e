"""A whole run asks for many types at once, from several threads, in a process that has read none of them yet."""

from __future__ import annotations

import subprocess
import sys

# Each needs a process of its own: a type that was read once is known from then on.
PROGRAM = """
import sys, threading
from nhi.sandbox.clouds import schema

TYPES = [
    "kubernetes:core/v1:ServiceAccount",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "kubernetes:core/v1:ConfigMap",
]
start = threading.Barrier(len(TYPES))
wrong = []

def read(type):
    start.wait()
    try:
        wrong.extend(map(str, schema.check(type, {"metadata": {"name": "x"}, "unheard": 1})))
    except Exception as error:
        print(type, repr(error))

sys.setswitchinterval(1e-4)
threads = [threading.Thread(target=read, args=(type,)) for type in TYPES]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len([one for one in wrong if "unheard" in one]))
"""


def test_threads_that_read_types_at_the_same_time_all_get_them_whole() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.returncode) == ("5\n", 0), done.stderr
