-- Which change undid which: by the commit a message names, else by the title a forge gives a revert.
-- A unit is a pull request ("#12") or the sha of a commit that came without one.
CREATE OR REPLACE TEMP TABLE pull_request_units AS
SELECT DISTINCT repo, '#' || number AS unit, unnest(list_concat(landing_shas, own_shas, [head_sha])) AS sha
FROM pull_request_facts WHERE repo IN (SELECT repo FROM affected);

-- A message may abbreviate the sha it undoes; it counts if it means one commit only.
CREATE OR REPLACE TEMP TABLE named_reverts AS
SELECT m.repo, any_value(k.sha) AS reverted_sha, m.reverting_sha
FROM revert_mentions m
JOIN (SELECT repo, sha FROM commits WHERE repo IN (SELECT repo FROM affected) UNION SELECT repo, sha FROM pull_request_units WHERE sha IS NOT NULL) k
    ON k.repo = m.repo AND starts_with(k.sha, m.mention)
GROUP BY m.repo, m.mention, m.reverting_sha
HAVING count(*) = 1;

CREATE OR REPLACE TEMP TABLE reverts AS
WITH named AS (
    SELECT DISTINCT v.repo, coalesce(target.unit, v.reverted_sha) AS reverted, coalesce(undo.unit, v.reverting_sha) AS reverting
    FROM named_reverts v
    LEFT JOIN pull_request_units target ON target.repo = v.repo AND target.sha = v.reverted_sha
    LEFT JOIN pull_request_units undo ON undo.repo = v.repo AND undo.sha = v.reverting_sha
),
titled AS (
    SELECT r.repo, '#' || p.number AS reverted, '#' || r.number AS reverting
    FROM pull_request_facts r
    JOIN pull_request_facts p ON p.repo = r.repo AND r.title = 'Revert "' || p.title || '"' AND p.merged_at < r.merged_at
    WHERE r.repo IN (SELECT repo FROM affected) AND starts_with(r.title, 'Revert "') AND NOT EXISTS (SELECT 1 FROM named n WHERE n.repo = r.repo AND n.reverting = '#' || r.number AND n.reverted <> n.reverting)
    QUALIFY row_number() OVER (PARTITION BY r.repo, r.number ORDER BY p.merged_at DESC, p.number DESC) = 1
)
SELECT * FROM named WHERE reverted <> reverting UNION SELECT * FROM titled;

UPDATE pull_request_facts SET reverted_at = v.reverted_at, reverted_by = v.reverted_by
FROM (
    SELECT r.repo, r.reverted, min(coalesce(p.merged_at, c.committed_at)) AS reverted_at,
           min_by(r.reverting, coalesce(p.merged_at, c.committed_at)) AS reverted_by
    FROM reverts r
    LEFT JOIN pull_request_facts p ON p.repo = r.repo AND '#' || p.number = r.reverting
    LEFT JOIN commits c ON c.repo = r.repo AND c.sha = r.reverting
    GROUP BY ALL
) v
WHERE pull_request_facts.repo = v.repo AND '#' || pull_request_facts.number = v.reverted;
