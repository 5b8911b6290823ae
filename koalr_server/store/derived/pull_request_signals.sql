-- What is known of a pull request's content when it is judged for risk. docs/METRICS.md#pull-request-risk says it in words.
-- Signals are rounded here, so that equal values rank equal whatever the order of a sum.
DELETE FROM pull_request_signals WHERE repo IN (SELECT repo FROM affected);

-- The commits a pull request consists of: its own without merges, else the squash it landed as.
-- Its head alone would be a part taken for the whole.
CREATE OR REPLACE TEMP TABLE change_commits AS
WITH named AS (
    SELECT DISTINCT repo, number, unnest(own_shas) AS sha, true AS own FROM pull_request_facts
    WHERE repo IN (SELECT repo FROM affected)
    UNION ALL
    SELECT repo, number, landing_shas[1], false FROM pull_request_facts
    WHERE repo IN (SELECT repo FROM affected) AND merged_at IS NOT NULL AND landing_shas[1] IS DISTINCT FROM head_sha
)
SELECT n.repo, n.number, n.sha, lower(c.author) AS writer, c.committed_at, a.sha IS NOT NULL AS assisted,
       c.message <> '' OR assisted AS told
FROM named n
JOIN commits c ON c.repo = n.repo AND c.sha = n.sha AND len(c.parents) < 2
LEFT JOIN assisted_commits a ON a.repo = n.repo AND a.sha = n.sha
QUALIFY n.own OR NOT bool_or(n.own) OVER (PARTITION BY n.repo, n.number);

CREATE OR REPLACE TEMP TABLE change_paths AS
SELECT c.repo, c.number, f.path, sum(coalesce(f.additions, 0)::DOUBLE + coalesce(f.deletions, 0)) AS lines
FROM change_commits c JOIN commit_files f ON f.repo = c.repo AND f.sha = c.sha
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE touches AS
SELECT DISTINCT f.repo, f.path, f.sha, lower(c.author) AS writer, c.committed_at AS touched_at
FROM commit_files f
JOIN commits c ON c.repo = f.repo AND c.sha = f.sha AND len(c.parents) < 2 AND c.committed_at IS NOT NULL
SEMI JOIN change_paths p ON p.repo = f.repo AND p.path = f.path;

CREATE OR REPLACE TEMP TABLE begun_paths AS
WITH begun AS (SELECT repo, number, min(committed_at) AS begun_at FROM change_commits GROUP BY ALL)
SELECT repo, number, path, begun_at FROM change_paths JOIN begun USING (repo, number) WHERE begun_at IS NOT NULL;

-- Logins and git names differ, so the author goes by the names on the pull request's own commits too.
CREATE OR REPLACE TEMP TABLE writers AS
SELECT repo, number, writer FROM change_commits WHERE writer IS NOT NULL
UNION
SELECT repo, number, lower(author) FROM pull_request_facts WHERE author IS NOT NULL AND repo IN (SELECT repo FROM affected);

-- Earlier touches are a running count in which each pull request stands between the commits where it began, before
-- those of the same second. (An ASOF join says the same, and takes many times as long.)
CREATE OR REPLACE TEMP TABLE touched_paths AS
SELECT repo, number, path,
       count(sha) OVER (PARTITION BY repo, path ORDER BY moment, sha IS NOT NULL ROWS UNBOUNDED PRECEDING) AS touched
FROM (SELECT repo, path, NULL::BIGINT AS number, sha, touched_at AS moment FROM touches
      UNION ALL SELECT repo, path, number, NULL, begun_at FROM begun_paths)
QUALIFY number IS NOT NULL AND touched > 0;

CREATE OR REPLACE TEMP TABLE own_touches AS
SELECT repo, number, path, sum(touched) AS touched
FROM (
    SELECT repo, number, path,
           count(sha) OVER (PARTITION BY repo, path, writer ORDER BY moment, sha IS NOT NULL ROWS UNBOUNDED PRECEDING) AS touched
    FROM (SELECT repo, path, writer, NULL::BIGINT AS number, sha, touched_at AS moment FROM touches
          UNION ALL SELECT repo, path, writer, number, NULL, begun_at FROM begun_paths JOIN writers USING (repo, number))
    QUALIFY number IS NOT NULL
)
GROUP BY ALL;

INSERT INTO pull_request_signals BY NAME
WITH spread AS (
    SELECT repo, number, count(*) AS files, sum(lines) AS lines, count(*) FILTER (lines > 0) AS edited,
           -- Shannon's sum over shares, written with lines: log L − Σ l log l ÷ L. No logarithm of 0 is taken.
           CASE WHEN edited = 1 THEN 0
                ELSE (log2(nullif(sum(lines), 0)) - sum(lines * log2(nullif(lines, 0))) / nullif(sum(lines), 0))
                     / log2(nullif(edited, 0)) END AS entropy
    FROM change_paths GROUP BY repo, number
),
expertise AS (
    SELECT k.repo, k.number, avg(coalesce(o.touched, 0) / k.touched) AS expertise
    FROM touched_paths k LEFT JOIN own_touches o USING (repo, number, path)
    SEMI JOIN writers w ON w.repo = k.repo AND w.number = k.number
    GROUP BY k.repo, k.number
),
assistance AS (
    SELECT repo, number, count(*) FILTER (assisted) / count(*) AS assisted FROM change_commits WHERE told GROUP BY ALL
)
SELECT p.repo, p.number, p.merged_at, p.is_bot,
       coalesce(p.additions::DOUBLE + p.deletions, s.lines) AS churn,
       coalesce(p.changed_files, s.files) AS changed_files,
       CASE WHEN s.entropy IS NOT NULL THEN round(greatest(0, least(1, s.entropy)), 6) END AS change_entropy,
       round(e.expertise, 6) AS author_file_expertise,
       round(a.assisted, 6) AS ai_authored_ratio
FROM pull_request_facts p
LEFT JOIN spread s USING (repo, number)
LEFT JOIN expertise e USING (repo, number)
LEFT JOIN assistance a USING (repo, number)
WHERE p.repo IN (SELECT repo FROM affected);

DROP TABLE change_commits;
DROP TABLE change_paths;
DROP TABLE touches;
DROP TABLE begun_paths;
DROP TABLE writers;
DROP TABLE touched_paths;
DROP TABLE own_touches;
