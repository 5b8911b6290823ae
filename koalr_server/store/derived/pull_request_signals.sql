-- What is known of a pull request when it is judged for risk, and what became of it. docs/RISK.md says it in words.
DELETE FROM pull_request_signals WHERE repo IN (SELECT repo FROM affected);

-- A change is to blame as far as it made up the deployment that failed; one that was taken back is to blame alone.
CREATE OR REPLACE TEMP TABLE failed_changes AS
WITH failures AS (
    SELECT deployment_id, min(failed_at) AS failed_at
    FROM (SELECT deployment_id, started_at AS failed_at FROM incident_facts WHERE source = 'import'
          UNION ALL SELECT deployment_id, undone_at FROM rollbacks)
    WHERE deployment_id IS NOT NULL
    GROUP BY ALL
),
shares AS (
    SELECT deployment_id, round(1 / count(*), 9) AS failed_share FROM changes WHERE repo IN (SELECT repo FROM affected) GROUP BY ALL
)
SELECT c.repo, c.number, f.failed_at, s.failed_share
FROM changes c JOIN failures f USING (deployment_id) JOIN shares s USING (deployment_id)
WHERE c.number IS NOT NULL;

INSERT INTO pull_request_signals BY NAME
WITH assistance AS (
    SELECT repo, number, count(*) FILTER (assisted) / count(*) AS assisted FROM change_commits WHERE told GROUP BY ALL
),
consisting AS (
    SELECT repo, number, list_sort(list(sha)) AS commits FROM change_commits ANTI JOIN told_changes USING (repo, number)
    GROUP BY ALL
),
measured AS (
    SELECT p.repo, p.number, p.merged_at, p.is_bot,
           coalesce(p.additions, s.lines_added::BIGINT) AS lines_added,
           coalesce(p.deletions, s.lines_deleted::BIGINT) AS lines_deleted,
           coalesce(p.changed_files, s.files_changed::BIGINT) AS files_changed,
           -- Of a number of more than 15 digits a lake with its catalogue in a file forgets the last bit.
           s.* EXCLUDE (repo, number, ordinal, lines_added, lines_deleted, files_changed)
               REPLACE (round(s.entropy_bits, 9) AS entropy_bits, round(s.days_since_change, 9) AS days_since_change,
                        round(s.author_recent_experience, 9) AS author_recent_experience),
           m.* EXCLUDE (repo, number),
           CASE WHEN b.number IS NOT NULL THEN 1 ELSE round(a.assisted, 6) END AS ai_authored_ratio,
           d.delta AS coverage_delta, p.failed_checks
    FROM pull_request_facts p
    LEFT JOIN change_signals s ON s.repo = p.repo AND s.number = p.number
    LEFT JOIN moment_signals m ON m.repo = p.repo AND m.number = p.number
    LEFT JOIN assistance a ON a.repo = p.repo AND a.number = p.number
    LEFT JOIN coverage_deltas d ON d.repo = p.repo AND d.number = p.number
    LEFT JOIN agent_branches b ON b.repo = p.repo AND b.number = p.number
    WHERE p.repo IN (SELECT repo FROM affected)
)
SELECT s.*, c.commits, p.reverted_at, f.failed_at, f.failed_share, hash(s) AS fingerprint
FROM measured s
JOIN pull_request_facts p ON p.repo = s.repo AND p.number = s.number
LEFT JOIN consisting c ON c.repo = s.repo AND c.number = s.number
LEFT JOIN failed_changes f ON f.repo = s.repo AND f.number = s.number;

DROP TABLE change_commits;
DROP TABLE told_changes;
DROP TABLE begun_changes;
DROP TABLE change_paths;
DROP TABLE earlier_changes;
DROP TABLE taken_back;
DROP TABLE change_signals;
DROP TABLE moment_signals;
DROP TABLE failed_changes;
