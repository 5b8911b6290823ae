-- Incidents resolved to repositories. All of them are placed anew, because one may move from one repository to another when
-- something else becomes known; repositories whose incidents are not what they were join the affected ones.
CREATE OR REPLACE TEMP TABLE shipped AS
SELECT deployment_id, repo, coalesce(deployed_at, started_at) AS finished_at FROM counted_deployments
WHERE status = 'success' AND is_production;

-- Rollbacks and incidents name a deployment by the id its sender gave, or by ours; of one told twice either name will do.
CREATE OR REPLACE TEMP TABLE deployment_names AS
WITH used AS (
    SELECT rollback_of AS name FROM deployments WHERE rollback_of IS NOT NULL
    UNION SELECT deployment_id FROM incidents WHERE deployment_id IS NOT NULL
),
named AS (
    SELECT repo, external_id AS name, deployment_id FROM deployments WHERE external_id IN (SELECT name FROM used)
    UNION SELECT repo, deployment_id, deployment_id FROM deployments WHERE deployment_id IN (SELECT name FROM used)
)
SELECT n.repo, n.name, coalesce(t.same_as, n.deployment_id) AS deployment_id
FROM named n LEFT JOIN told_twice t ON t.deployment_id = n.deployment_id;

-- Few deployments are rollbacks; picking them out first keeps the joins below small.
CREATE OR REPLACE TEMP TABLE rollback_pairs AS
SELECT named.deployment_id AS target_id, d.deployment_id AS undo_id
FROM (SELECT * FROM counted_deployments WHERE rollback_of IS NOT NULL) d
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
    -- A service is often named after a repository, and keeps that name when the repository gets another one.
    SELECT l.incident_id, min_by(r.repo, (r.former, r.repo)) AS service_repo
    FROM linked l JOIN (
        SELECT repo AS name, repo, false AS former FROM deployments UNION SELECT repo, repo, false FROM repos
        UNION SELECT name, repo, true FROM former_names
    ) r ON l.service = r.name OR l.service = split_part(r.name, '/', -1)
    GROUP BY ALL
)
SELECT l.incident_id, 'import' AS source, l.title, l.severity, l.status, l.started_at, l.resolved_at,
       coalesce(l.repo, l.named_repo, s.service_repo) AS repo, l.named_deployment_id
FROM linked l LEFT JOIN serviced s USING (incident_id);

CREATE OR REPLACE TEMP TABLE known_incidents AS
SELECT p.incident_id, p.source, p.title, p.severity, p.status, p.repo, p.started_at, p.resolved_at,
       coalesce(explicit.deployment_id, latest.deployment_id) AS deployment_id
FROM placed_incidents p
LEFT JOIN shipped explicit ON explicit.deployment_id = p.named_deployment_id
LEFT JOIN (
    SELECT i.incident_id, s.deployment_id
    FROM placed_incidents i JOIN shipped s ON s.repo = i.repo
        AND s.finished_at BETWEEN i.started_at - INTERVAL 4 HOUR AND i.started_at
    QUALIFY row_number() OVER (PARTITION BY i.incident_id ORDER BY s.finished_at DESC, s.deployment_id DESC) = 1
) latest USING (incident_id)
UNION ALL BY NAME
SELECT 'inc_' || substr(md5(concat_ws(chr(31), 'rollback', r.deployment_id)), 1, 16) AS incident_id, 'rollback' AS source,
       'Rollback of ' || r.repo || coalesce(' ' || d.ref, ' ' || d.sha[1:7], '') AS title,
       NULL::VARCHAR AS severity, 'resolved' AS status, r.repo, r.finished_at AS started_at, r.undone_at AS resolved_at,
       r.deployment_id
FROM rollbacks r JOIN deployments d USING (deployment_id)
WHERE r.repo NOT IN (SELECT repo FROM placed_incidents WHERE repo IS NOT NULL);

CREATE OR REPLACE TEMP TABLE moved_incidents AS
(FROM known_incidents EXCEPT FROM incident_facts) UNION ALL (FROM incident_facts EXCEPT FROM known_incidents);

INSERT INTO affected BY NAME
SELECT DISTINCT repo FROM moved_incidents WHERE repo IS NOT NULL AND repo NOT IN (SELECT repo FROM affected);

DELETE FROM incident_facts WHERE incident_id IN (SELECT incident_id FROM moved_incidents);
INSERT INTO incident_facts BY NAME
SELECT * FROM known_incidents WHERE incident_id IN (SELECT incident_id FROM moved_incidents) ORDER BY started_at;
