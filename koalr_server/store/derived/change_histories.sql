-- The affected repositories' changes in order of time, and what their pull requests consist of, for change_signals.py.

-- The commits a pull request consists of: its own without merges, up to its end; else, or if some of its own are not in the
-- store, the squash it landed as; of one that was rebased all the copies. A part, such as its head alone, is not taken for the whole where the whole is known.
CREATE OR REPLACE TEMP TABLE change_commits AS
WITH named AS (
    SELECT DISTINCT repo, number, unnest(own_shas) AS sha, true AS own, coalesce(merged_at, closed_at) AS until
    FROM pull_request_facts ANTI JOIN (FROM landed_commits WHERE copied) USING (repo, number)
    WHERE repo IN (SELECT repo FROM affected)
    UNION ALL
    SELECT repo, number, sha, true, NULL FROM landed_commits WHERE copied
    UNION ALL
    SELECT repo, number, landing_shas[1], false, NULL FROM pull_request_facts
    WHERE repo IN (SELECT repo FROM affected) AND merged_at IS NOT NULL AND landing_shas[1] IS DISTINCT FROM head_sha
),
found AS (
    SELECT n.*, lower(c.author) AS writer, c.committed_at, c.message, c.additions, c.sha IS NULL AS missing,
           coalesce(len(c.parents) < 2, false) AND NOT coalesce(c.committed_at > n.until, false) AS plain
    FROM named n LEFT JOIN commits c ON c.repo = n.repo AND c.sha = n.sha
),
chosen AS (
    SELECT *, bool_or(own AND missing) OVER pull_request AND own AS partial,
           bool_or(plain AND NOT own) OVER pull_request
              AND (bool_or(own AND missing) OVER pull_request OR NOT bool_or(plain AND own) OVER pull_request) AS squashed
    FROM found
    WINDOW pull_request AS (PARTITION BY repo, number)
)
SELECT n.repo, n.number, n.sha, n.writer, n.committed_at, n.message, n.additions, n.partial,
       a.sha IS NOT NULL AS assisted, n.message <> '' OR assisted AS told
FROM chosen n
LEFT JOIN assisted_commits a ON a.repo = n.repo AND a.sha = n.sha
WHERE n.plain AND n.own <> n.squashed;

-- Pull requests whose files GitHub told, and whose commits are not in the store, or not all of them, or without their files: open ones
-- that were never pushed to the default branch, and those that were merged into another one.
CREATE OR REPLACE TEMP TABLE told_changes AS
WITH known AS (
    SELECT repo, number FROM change_commits
    EXCEPT
    SELECT repo, number FROM change_commits WHERE partial
    EXCEPT
    SELECT repo, number FROM (FROM change_commits WHERE additions IS NULL) ANTI JOIN commit_files USING (repo, sha)
)
SELECT DISTINCT repo, number FROM pull_request_files
SEMI JOIN affected USING (repo) ANTI JOIN known USING (repo, number);

CREATE OR REPLACE TEMP TABLE begun_changes AS
SELECT row_number() OVER (ORDER BY repo, begun_at, number) AS ordinal, repo, number, begun_at
FROM (SELECT repo, number, min(committed_at) AS begun_at FROM change_commits GROUP BY ALL
      UNION ALL
      SELECT repo, number, coalesce(first_commit_at, created_at) FROM pull_request_facts
      SEMI JOIN told_changes USING (repo, number) ANTI JOIN change_commits USING (repo, number))
-- A date nobody can mean was left empty; such a commit has no place in time.
WHERE begun_at IS NOT NULL;

CREATE OR REPLACE TEMP TABLE change_paths AS
SELECT b.ordinal, f.path, sum(f.additions)::BIGINT AS additions, sum(f.deletions)::BIGINT AS deletions,
       -- A clone without file contents names the files of a commit and counts no lines.
       bool_and(coalesce(c.additions, f.additions, f.deletions) IS NOT NULL) AS counted
FROM (FROM begun_changes ANTI JOIN told_changes USING (repo, number)) b
JOIN change_commits c ON c.repo = b.repo AND c.number = b.number
JOIN commit_files f ON f.repo = c.repo AND f.sha = c.sha
GROUP BY ALL
UNION ALL
SELECT b.ordinal, f.path, f.additions, f.deletions, coalesce(f.additions, f.deletions) IS NOT NULL
FROM (FROM begun_changes SEMI JOIN told_changes USING (repo, number)) b
JOIN pull_request_files f ON f.repo = b.repo AND f.number = b.number;

CREATE OR REPLACE TEMP TABLE earlier_changes AS
SELECT row_number() OVER (ORDER BY repo, committed_at, sha) AS ordinal, repo, sha, lower(author) AS author, committed_at, additions
FROM commits WHERE len(parents) < 2 AND committed_at IS NOT NULL AND repo IN (SELECT repo FROM begun_changes);

CREATE OR REPLACE TEMP TABLE taken_back AS
WITH undone AS (
    SELECT v.repo, v.reverted AS unit, min(coalesce(p.merged_at, c.committed_at)) AS reverted_at
    FROM reverts v
    LEFT JOIN pull_request_facts p ON p.repo = v.repo AND '#' || p.number = v.reverting
    LEFT JOIN commits c ON c.repo = v.repo AND c.sha = v.reverting
    GROUP BY ALL
    HAVING reverted_at IS NOT NULL
)
SELECT u.repo, u.reverted_at, u.unit, p.path
FROM undone u JOIN begun_changes b ON b.repo = u.repo AND '#' || b.number = u.unit JOIN change_paths p USING (ordinal)
UNION
SELECT u.repo, u.reverted_at, u.unit, f.path
FROM undone u
JOIN commits c ON c.repo = u.repo AND c.sha = u.unit AND len(c.parents) < 2
JOIN commit_files f ON f.repo = c.repo AND f.sha = c.sha;
