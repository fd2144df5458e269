"""What the checks look at: the files of the repository as a value.

A check is a function from a tree to its cases; a case is a name and the
problems found under it. The checks' own tests feed them small trees.
"""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Tree:
    """Maps a path relative to the root to the text of the file; None for what is not text."""

    def __init__(self, files, executable=()):
        self.files = dict(sorted(files.items()))
        self.executable = set(executable)

    def under(self, *prefixes, suffixes=("",)):
        return {path: text for path, text in self.files.items()
                if text is not None and path.startswith(prefixes) and path.endswith(tuple(suffixes))}


def read_repository():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    files, executable = {}, set()
    for path in filter(None, listed):
        file = ROOT / path
        if not file.is_file():  # deleted, not yet committed
            continue
        try:
            files[path] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            files[path] = None
        if file.stat().st_mode & 0o100:
            executable.add(path)
    return Tree(files, executable)
