-- Incidents resolved to repositories, deployments with their lead time and the moment they were known to have failed.
CREATE OR REPLACE TEMP TABLE shipped AS
SELECT deployment_id, repo, coalesce(deployed_at, started_at) AS finished_at FROM deployments
WHERE status = 'success' AND is_production_env(env);

-- Rollbacks and incidents name a deployment by the id its sender gave, or by ours.
CREATE OR REPLACE TEMP TABLE deployment_names AS
SELECT repo, external_id AS name, deployment_id FROM deployments WHERE external_id IS NOT NULL
UNION SELECT repo, deployment_id, deployment_id FROM deployments;

-- Few deployments are rollbacks; picking them out first keeps the joins below small.
CREATE OR REPLACE TEMP TABLE rollback_pairs AS
SELECT named.deployment_id AS target_id, d.deployment_id AS undo_id
FROM (SELECT * FROM deployments WHERE rollback_of IS NOT NULL) d
JOIN deployment_names named ON named.repo = d.repo AND named.name = d.rollback_of;

CREATE OR REPLACE TEMP TABLE rollbacks AS
SELECT target.deployment_id, target.repo, target.finished_at, min(undo.finished_at) AS undone_at
FROM rollback_pairs p
JOIN shipped target ON target.deployment_id = p.target_id
JOIN shipped undo ON undo.deployment_id = p.undo_id
WHERE CASE WHEN undo.finished_at = target.finished_at THEN undo.deployment_id > target.deployment_id
           ELSE undo.finished_at > target.finished_at END
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE placed_incidents AS
WITH linked AS (
    SELECT i.*, min(d.deployment_id) AS named_deployment_id, min(d.repo) AS named_repo
    FROM incidents i
    LEFT JOIN deployment_names d ON d.name = i.deployment_id AND (i.repo IS NULL OR d.repo = i.repo)
    GROUP BY ALL
),
serviced AS (
    SELECT l.incident_id, min(r.repo) AS service_repo
    FROM linked l JOIN (SELECT repo FROM deployments UNION SELECT repo FROM repos) r
        ON l.service = r.repo OR l.service = split_part(r.repo, '/', -1)
    GROUP BY ALL
)
SELECT l.incident_id, 'import' AS source, l.title, l.severity, l.status, l.started_at, l.resolved_at,
       coalesce(l.repo, l.named_repo, s.service_repo) AS repo, l.named_deployment_id
FROM linked l LEFT JOIN serviced s USING (incident_id);

DELETE FROM incident_facts;
INSERT INTO incident_facts BY NAME
SELECT p.incident_id, p.source, p.title, p.severity, p.status, p.repo, p.started_at, p.resolved_at,
       coalesce(explicit.deployment_id, latest.deployment_id) AS deployment_id
FROM placed_incidents p
LEFT JOIN shipped explicit ON explicit.deployment_id = p.named_deployment_id
LEFT JOIN (
    SELECT i.incident_id, s.deployment_id
    FROM placed_incidents i JOIN shipped s ON s.repo = i.repo
        AND s.finished_at BETWEEN i.started_at - INTERVAL 4 HOUR AND i.started_at
    QUALIFY row_number() OVER (PARTITION BY i.incident_id ORDER BY s.finished_at DESC, s.deployment_id DESC) = 1
) latest USING (incident_id);

INSERT INTO incident_facts BY NAME
SELECT 'inc_' || substr(md5(concat_ws(chr(31), 'rollback', r.deployment_id)), 1, 16) AS incident_id, 'rollback' AS source,
       'Rollback of ' || r.repo || coalesce(' ' || d.ref, ' ' || d.sha[1:7], '') AS title,
       NULL::VARCHAR AS severity, 'resolved' AS status, r.repo, r.finished_at AS started_at, r.undone_at AS resolved_at,
       r.deployment_id
FROM rollbacks r JOIN deployments d USING (deployment_id)
WHERE r.repo NOT IN (SELECT repo FROM placed_incidents WHERE repo IS NOT NULL);

CREATE OR REPLACE TEMP TABLE undone_units AS
SELECT repo, coalesce('#' || number, sha) AS unit, deployment_id, finished_at FROM changes
WHERE unit IN (SELECT reverted FROM reverts UNION SELECT reverting FROM reverts);

DELETE FROM deployment_facts;
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
    FROM changes WHERE NOT is_bot AND lead_secs IS NOT NULL GROUP BY ALL
)
SELECT d.deployment_id, d.repo, d.env, s.deployment_id IS NOT NULL AS is_production, d.status, d.sha, d.ref,
       coalesce(d.deployed_at, d.started_at) AS listed_at, s.finished_at, l.lead_time_secs, f.failed_at, f.failure
FROM deployments d
LEFT JOIN shipped s USING (deployment_id)
LEFT JOIN failures f USING (deployment_id)
LEFT JOIN lead_times l USING (deployment_id)
ORDER BY listed_at;
