-- Commits of the default branch that came with a pull request and that it does not name itself: the copies that a rebase made, and
-- what was pushed together with its merge. docs/SOURCES.md says it in words.
-- copied: all the commits of a pull request that was rebased, the last of them being its landing. dated: their times are those of
-- work, and not perhaps of the merge.
CREATE OR REPLACE TEMP TABLE landed_commits AS
WITH RECURSIVE landings AS (
    SELECT p.repo, p.number, p.merge_sha, p.head_sha, p.commits, m.parents[1] AS parent, m.authored_at, subject(m.message) AS title
    FROM pull_requests p JOIN commits m ON m.repo = p.repo AND m.sha = p.merge_sha
    -- A push names no parents, so a merge of which only a push has told has one here.
    WHERE p.source = 'import' AND p.merged_at IS NOT NULL AND len(m.parents) < 2 AND p.repo IN (SELECT repo FROM affected)
      AND NOT coalesce(list_contains(p.commits, p.merge_sha), false)
),
own AS (
    SELECT repo, number, authored_at, title FROM branch_commits SEMI JOIN landings USING (repo, number)
    UNION
    SELECT l.repo, l.number, c.authored_at, subject(c.message)
    FROM (SELECT repo, number, unnest(commits) AS sha FROM landings) l JOIN commits c ON c.repo = l.repo AND c.sha = l.sha
),
rebased AS (
    SELECT l.repo, l.number, l.merge_sha, l.parent FROM landings l
    JOIN own o ON o.repo = l.repo AND o.number = l.number AND o.authored_at = l.authored_at AND o.title = l.title
),
alike AS (
    SELECT o.repo, o.number, c.sha, c.parents[1] AS parent
    FROM (FROM own SEMI JOIN rebased USING (repo, number)) o
    JOIN commits c ON c.repo = o.repo AND c.authored_at = o.authored_at AND subject(c.message) = o.title AND len(c.parents) < 2
),
-- Not UNION ALL: parents that were guessed may go round in a circle.
copies AS (
    SELECT repo, number, merge_sha AS sha, parent FROM rebased
    UNION
    SELECT a.repo, a.number, a.sha, a.parent FROM copies c JOIN alike a ON a.repo = c.repo AND a.number = c.number AND a.sha = c.parent
),
lines AS (
    SELECT repo, head_sha, unnest(shas) AS sha, generate_subscripts(shas, 1) AS place, len(shas) AS length
    FROM pushes WHERE repo IN (SELECT repo FROM landings)
),
ends AS (
    SELECT n.repo, n.head_sha, n.place, min(l.number) AS number FROM lines n
    JOIN landings l ON l.repo = n.repo AND l.merge_sha = n.sha
    GROUP BY ALL
),
-- A push that brings a history back lists it again; what came alone, or with another merge, did so in the shortest push.
brought AS (
    SELECT n.repo, n.sha, n.place, e.number, count(*) OVER (PARTITION BY n.repo, n.head_sha, e.number) AS length
    FROM (FROM lines QUALIFY row_number() OVER (PARTITION BY repo, sha ORDER BY length, head_sha) = 1) n
    ASOF JOIN ends e ON e.repo = n.repo AND e.head_sha = n.head_sha AND e.place >= n.place
),
pushed AS (
    SELECT b.repo, b.number, b.sha, b.place, b.length, b.sha = l.merge_sha AS is_landing,
           bool_or(b.sha = l.head_sha AND b.sha <> l.merge_sha) OVER (PARTITION BY b.repo, b.number) AS merged
    FROM brought b JOIN landings l ON l.repo = b.repo AND l.number = b.number
    ANTI JOIN rebased r ON r.repo = b.repo AND r.number = b.number
)
SELECT DISTINCT repo, number, sha, 0 AS place, true AS copied, true AS dated FROM copies
UNION ALL
SELECT repo, number, sha, place, NOT coalesce(merged, false) AS copied, coalesce(merged, false) AS dated
FROM pushed WHERE length > 1 AND NOT (is_landing AND coalesce(merged, false));
