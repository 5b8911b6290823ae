"""What is known of files by a moment: recent changes, reverts, expertise, ownership."""

from koalr_server.risk.change_metrics import FileChange
from koalr_server.risk.file_history import DAY_SECS, FileHistory, FileSignals


def files(*paths: str) -> list[FileChange]:
    return [FileChange(path, 1, 0) for path in paths]


def history(*touches: tuple[int, str, int, list[FileChange]]) -> FileHistory:
    found = FileHistory()
    for change, author, day, touched in touches:
        found.record(change, author, day * DAY_SECS, touched)
    return found


def test_a_file_nobody_touched_has_neither_expertise_nor_owner() -> None:
    assert history().measure({"ann"}, 0, files("new.py")) == FileSignals(0, 0, None, None)


def test_changes_count_once_however_many_files_they_touch() -> None:
    found = history((1, "ann", 1, files("a", "b")), (2, "bo", 2, files("b")))
    assert found.measure({"ann"}, 3 * DAY_SECS, files("a", "b")).recent_changes == 2


def test_thirty_days_are_recent_and_a_second_more_is_not() -> None:
    found = history((1, "ann", 1, files("a")))
    assert found.measure(set(), 31 * DAY_SECS, files("a")).recent_changes == 1
    assert found.measure(set(), 31 * DAY_SECS + 1, files("a")).recent_changes == 0


def test_reverts_count_for_a_year_and_once_each() -> None:
    found = history((1, "ann", 1, files("a", "b")))
    found.record_revert(1, 2 * DAY_SECS, files("a", "b"))
    assert found.measure(set(), 367 * DAY_SECS, files("a", "b")).prior_reverts == 1
    assert found.measure(set(), 367 * DAY_SECS + 1, files("a", "b")).prior_reverts == 0


def test_expertise_is_the_authors_share_by_all_names_mean_over_touched_files() -> None:
    found = history(
        (1, "ann", 1, files("a")),
        (2, "ann lee", 2, files("a")),
        (3, "bo", 3, files("a", "b")),
        (4, "bo", 4, files("a")),
    )
    measured = found.measure({"ann", "ann lee"}, 5 * DAY_SECS, files("a", "b", "new"))
    assert measured.author_file_expertise == 0.25
    assert measured.ownership == 0.75
