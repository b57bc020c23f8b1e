"""The project as it is in a folder, or as it was in a git revision: the two sides of `nhi diff`.

Owns reading a revision through git's plumbing into a folder of its own that goes away afterwards. The work tree and the
index are never touched, and no hook, filter or `export-ignore` of the repository has a say in what is read: objects are
listed (`git ls-tree`) and copied (`git cat-file`) as they are. Only YAML files are copied, for nothing else is read
here; links are kept where they stay inside.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from nhi.cli.project import Project, find_project
from nhi.permissions.model import Origin
from nhi.spec.problems import InputError, Problem

# A hook's environment points git at the hook's own index and folder; the repository is where the project is.
_HOOKS_OWN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE")
_LINK, _FILES = "120000", ("100644", "100755")
_SECONDS = 60


@contextmanager
def side(text: str, project: Project) -> Iterator[Project]:
    """One side: the project in the folder `text`, or else in the git revision `text` of the repository of `project`.

    Raises `InputError` where it is neither, where there is no git, or where the revision holds no project.
    """
    folder = Path(text)
    if (folder / "Pulumi.yaml").is_file():
        yield find_project(folder)
        return
    with tempfile.TemporaryDirectory(prefix="nhi-diff-") as name:
        root = Path(name).resolve()
        prefix = _copied(text, project.root, root)
        if not (root / prefix / "Pulumi.yaml").is_file():
            raise _bad(text, f"the revision has no {prefix}Pulumi.yaml, so there was no project.", "name another one.")
        yield find_project(root / prefix)


def _bad(text: str, message: str, fix: str = "") -> InputError:
    return InputError([Problem(message, Origin(text), fix)])


def _copied(revision: str, project: Path, into: Path) -> str:
    """Copies the YAML files of a revision, and answers where in it the project is: empty, or a path with a slash."""
    asked = _git(project, revision, "rev-parse", "--show-prefix")
    if asked is None:
        raise _bad(revision, "is no folder with a Pulumi.yaml, and the project is in no git repository.")
    found = _git(project, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise _bad(
            revision,
            "is neither a folder with a Pulumi.yaml nor a revision of the project's git repository.",
            "name a branch, a tag or a commit; a shallow clone lacks older ones until `git fetch --unshallow`.",
        )
    commit = found.decode().strip()
    listed = _git(project, revision, "ls-tree", "-r", "-z", "--full-tree", commit)
    if listed is None:
        raise _bad(revision, "git cannot list the files of the revision.", "run `git fsck`.")
    wanted: list[tuple[str, str, PurePosixPath]] = []
    for row in listed.decode("utf-8", "surrogateescape").split("\0"):
        head, _, name = row.partition("\t")
        path = PurePosixPath(name)
        if not name or path.is_absolute() or {"..", ".git"} & set(path.parts):
            continue
        mode, _, number = head.split(" ")[:3]
        if mode == _LINK or (mode in _FILES and path.suffix.lower() in (".yaml", ".yml")):
            wanted.append((mode, number, path))
    contents = _contents(project, revision, [number for _, number, _ in wanted])
    links: list[Path] = []
    for (mode, _, path), content in zip(wanted, contents, strict=True):
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            os.symlink(os.fsdecode(content), target)
            links.append(target)
        else:
            target.write_bytes(content)
    for link in links:
        # A link out of the copy would show files of this machine as if they had been reviewed.
        if not Path(os.path.realpath(link)).is_relative_to(into):
            link.unlink()
    return asked.decode().strip()


def _contents(project: Path, revision: str, numbers: list[str]) -> Iterator[bytes]:
    answer = _git(project, revision, "cat-file", "--batch", stdin="".join(f"{one}\n" for one in numbers).encode())
    rest = memoryview(answer or b"")
    for number in numbers:
        head, _, _ = bytes(rest[:200]).partition(b"\n")
        words = head.split(b" ")
        if len(words) != 3 or words[0].decode() != number:
            raise _bad(
                revision, f"git cannot read the object {number[:12]} of the revision.", "fetch it, or a full clone."
            )
        start, size = len(head) + 1, int(words[2])
        yield bytes(rest[start : start + size])
        rest = rest[start + size + 1 :]


def _git(project: Path, revision: str, *arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git answers, None where it refuses. Raises `InputError` where there is no git that runs."""
    environment = {key: value for key, value in os.environ.items() if key not in _HOOKS_OWN}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = ["git", "--no-replace-objects", "-C", str(project), *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=_SECONDS, env=environment, check=False)
    except FileNotFoundError:
        raise _bad(
            revision, "is no folder with a Pulumi.yaml, and there is no `git` on PATH to look for a revision."
        ) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise _bad(revision, f"git does not answer ({type(error).__name__}).") from None
    return done.stdout if done.returncode == 0 else None
