"""The signals that follow from a pull request's own content and from what came before it (pure)."""

import math
from collections.abc import Collection, Sequence

from koalr_server.risk.change_metrics import METRICS, Change, ChangeHistory, ChangeMetrics, FileChange
from koalr_server.risk.file_history import FileHistory, FileSignals
from koalr_server.risk.paths import kinds_of
from koalr_server.risk.signals import SIGNALS

_MEASURES = {signal.feature: signal.measure for signal in SIGNALS}
METRIC_COLUMNS = tuple(_MEASURES[metric] for metric in METRICS)
"""The columns of pull_request_signals that are change metrics, in the order of METRICS (docs/CHANGE_METRICS.md)."""

CONTENT_COLUMNS = ("change_entropy", "test_share", "schema_migration", "infrastructure_files", "dependency_files")
CHANGE_COLUMNS = (*METRIC_COLUMNS, *CONTENT_COLUMNS, *FileSignals._fields)
_UNKNOWN_FILES = (None,) * (len(CONTENT_COLUMNS) + len(FileSignals._fields))


def change_signals(
    change: Change, names: Collection[str], changes: ChangeHistory, files: FileHistory
) -> tuple[float | None, ...]:
    """The signals of a pull request, taken as one change, by CHANGE_COLUMNS; booleans are 0 and 1.

    Args:
        change: what all its commits do together, at the moment it began; files None if nobody knows them.
        names: every name its author goes by, in lower case.
        changes, files: what was recorded before that moment.
    """
    metrics = changes.measure(change)
    if change.files is None:
        return (*metrics, *_UNKNOWN_FILES)
    found = files.measure(names, change.at_secs, change.files)
    return (*metrics, *_content(change.files, metrics), *found)


def _content(files: Sequence[FileChange], metrics: ChangeMetrics) -> tuple[float | None, ...]:
    total = edited = tested = infrastructure = dependencies = 0
    migration = False
    for file in files:
        lines = (file.additions or 0) + (file.deletions or 0)
        kinds = kinds_of(file.path)
        total += lines
        edited += lines > 0
        tested += lines if kinds.test else 0
        migration = migration or kinds.schema_migration
        infrastructure += kinds.infrastructure
        dependencies += kinds.dependency
    test_share = round(tested / total, 6) if total else None
    return _share_of_most(metrics.entropy, edited), test_share, migration, infrastructure, dependencies


def _share_of_most(bits: float | None, edited: int) -> float | None:
    """Entropy as a share of what as many edited files could have; 0 for a single one, None without any."""
    if bits is None or not edited:
        return None
    return round(min(1.0, bits / math.log2(edited)), 6) if edited > 1 else 0.0
