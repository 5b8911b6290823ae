-- Deployments of the affected repositories with their lead time and the moment they were known to have failed.
CREATE OR REPLACE TEMP TABLE undone_units AS
SELECT repo, coalesce('#' || number, sha) AS unit, deployment_id, finished_at FROM changes
WHERE repo IN (SELECT repo FROM affected) AND unit IN (SELECT reverted FROM reverts UNION SELECT reverting FROM reverts);

DELETE FROM deployment_facts WHERE repo IN (SELECT repo FROM affected);
INSERT INTO deployment_facts BY NAME
WITH causes AS (
    SELECT deployment_id, started_at AS failed_at, 'incident' AS failure FROM incident_facts
    WHERE source = 'import' AND deployment_id IS NOT NULL
    UNION ALL
    SELECT deployment_id, undone_at, 'rollback' FROM rollbacks
    UNION ALL
    -- A change shipped together with its revert never was live, and undoing a revert is no failure of the revert.
    SELECT target.deployment_id, undo.finished_at, 'revert'
    FROM reverts v
    JOIN undone_units target ON target.repo = v.repo AND target.unit = v.reverted
    JOIN undone_units undo ON undo.repo = v.repo AND undo.unit = v.reverting
    WHERE undo.deployment_id <> target.deployment_id AND undo.finished_at >= target.finished_at
      AND NOT EXISTS (SELECT 1 FROM reverts first WHERE first.repo = v.repo AND first.reverting = v.reverted)
),
failures AS (
    SELECT deployment_id, min(failed_at) AS failed_at, min_by(failure, failed_at) AS failure FROM causes GROUP BY ALL
),
lead_times AS (
    SELECT deployment_id,
           CAST(round_even(quantile_cont(lead_secs, 0.5), 0) AS BIGINT) AS lead_time_secs
    FROM changes WHERE repo IN (SELECT repo FROM affected) AND NOT is_bot AND lead_secs IS NOT NULL GROUP BY ALL
)
SELECT d.deployment_id, d.repo, d.env, d.is_production, d.status, d.sha, d.ref,
       coalesce(d.deployed_at, d.started_at) AS listed_at,
       CASE WHEN d.status = 'success' THEN coalesce(d.deployed_at, d.started_at) ELSE d.deployed_at END AS deployed_at, s.finished_at, l.lead_time_secs, f.failed_at, f.failure
FROM counted_deployments d
LEFT JOIN shipped s USING (deployment_id)
LEFT JOIN failures f USING (deployment_id)
LEFT JOIN lead_times l USING (deployment_id)
WHERE d.repo IN (SELECT repo FROM affected)
ORDER BY listed_at;
