"""Which paths a CODEOWNERS pattern means, read a second time: name by name, by trying everything."""

from fnmatch import fnmatchcase


def means(pattern: str, path: str) -> bool:
    """Whether a pattern means a file. The pattern holds no backslash and no brackets."""
    anchored = "/" in pattern.rstrip("/") or pattern.startswith("/")
    wanted = [name for name in pattern.split("/") if name]
    names = path.split("/")
    starts = [0] if anchored else range(len(names))
    return any(_from(wanted, names[start:], pattern.endswith("/")) for start in starts)


def _from(wanted: list[str], names: list[str], folder: bool) -> bool:
    """Whether the wanted names lead to the file, or to a folder that holds it."""
    if not wanted:
        return not folder or bool(names)
    first, *others = wanted
    if first == "**":
        if not others:
            return bool(names)
        return any(_from(others, names[skipped:], folder) for skipped in range(len(names)))
    if not names or not fnmatchcase(names[0], first):
        return False
    if not others and not folder and set(first) == {"*"}:
        return len(names) == 1
    return _from(others, names[1:], folder)
