"""Which deployment contains a commit first, decided by ancestry."""

from collections.abc import Sequence

from koalr_server.history.graph import CommitGraph


def first_containing(graph: CommitGraph, deployments: Sequence[Sequence[str]]) -> list[list[int]]:
    """For each deployment in order, the commits that it contains and no earlier one did.

    Args:
        deployments: the head shas of each; a deployment contains what is reachable from them. Unknown shas are ignored.

    Returns:
        Commit indices per deployment; every commit stands in at most one list.
    """
    claimed = bytearray(len(graph))
    return [graph.claim([graph.index[sha] for sha in heads if sha in graph.index], claimed) for heads in deployments]
