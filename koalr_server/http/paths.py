"""The path of a request below the place where the API is mounted (pure)."""

from starlette.types import Scope


def local_path(scope: Scope) -> str:
    """The path without the mount point, as the endpoints name it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
