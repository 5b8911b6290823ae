-- What GitHub tells of a deployment, a script of the same job may post as well. Of two rows of one commit and environment, from
-- different senders, whose times overlap or are 5 minutes apart (the job that posts may have waited for a machine), GitHub's
-- counts: its own deployment before a run of a workflow before anything else. Each takes at most one row of each other
-- sender, the nearest, so that deploying again stays two; and none on the other side of a success of another commit, so
-- that going back and forth stays what it was. A success never gives way to what is no success.
DELETE FROM told_twice WHERE repo IN (SELECT repo FROM affected);
INSERT INTO told_twice BY NAME
WITH told AS (
    SELECT deployment_id, repo, lower(env) AS environment, sha, status,
           CASE WHEN regexp_full_match(coalesce(external_id, ''), 'github:\d+') THEN 0
                WHEN starts_with(coalesce(external_id, ''), 'github:run/') THEN 1 ELSE 2 END AS sender,
           coalesce(started_at, deployed_at) AS began_at, coalesce(deployed_at, started_at) AS ended_at,
           CASE WHEN status = 'success' THEN sha END AS live_sha
    FROM deployments
    WHERE repo IN (SELECT repo FROM affected) AND source = 'import' AND sha IS NOT NULL
      AND NOT starts_with(coalesce(external_id, ''), 'github:release/')
),
before AS (
    SELECT *, last_value(live_sha IGNORE NULLS) OVER (earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced_sha
    FROM told WINDOW earlier AS (PARTITION BY repo, environment ORDER BY ended_at, sha, deployment_id)
),
-- How often another commit has gone live until then.
turns AS (
    SELECT *, count(*) FILTER (live_sha <> replaced_sha) OVER (PARTITION BY repo, environment ORDER BY ended_at, sha, deployment_id) AS turn
    FROM before
),
pairs AS (
    SELECT other.repo, other.deployment_id, other.sender, kept.deployment_id AS same_as, kept.sender AS kept_sender,
           abs(date_diff('second', kept.ended_at, other.ended_at)) AS apart_secs
    FROM turns kept JOIN turns other USING (repo, environment, sha, turn)
    WHERE kept.sender < other.sender AND other.status IN (kept.status, 'in_progress')
      AND other.began_at <= kept.ended_at + INTERVAL 5 MINUTE AND kept.began_at <= other.ended_at + INTERVAL 5 MINUTE
),
nearest AS (
    FROM pairs QUALIFY row_number() OVER (PARTITION BY deployment_id ORDER BY kept_sender, apart_secs, same_as) = 1
),
taken AS (
    FROM nearest QUALIFY row_number() OVER (PARTITION BY same_as, sender ORDER BY apart_secs, deployment_id) = 1
)
-- What a script posts may be the same as a run that is the same as GitHub's deployment.
SELECT first.repo, first.deployment_id, coalesce(next.same_as, first.same_as) AS same_as
FROM taken first LEFT JOIN taken next ON next.deployment_id = first.same_as;

-- Every deployment once, with what only its other rows say, and whether it went to production.
CREATE OR REPLACE TEMP TABLE counted_deployments AS
WITH others AS (
    SELECT t.same_as, min(d.rollback_of) AS rollback_of, bool_or(d.said_production) AS said_production,
           flatten(list(coalesce(d.commits, []) ORDER BY d.deployment_id)) AS commits
    FROM told_twice t JOIN deployments d USING (deployment_id)
    WHERE d.rollback_of IS NOT NULL OR d.said_production IS NOT NULL OR len(d.commits) > 0 GROUP BY ALL
),
counted AS (
    SELECT d.* REPLACE (
        coalesce(d.rollback_of, o.rollback_of) AS rollback_of, coalesce(d.said_production, o.said_production) AS said_production,
        CASE WHEN o.same_as IS NULL THEN d.commits ELSE list_concat(d.commits, o.commits) END AS commits
    )
    FROM deployments d ANTI JOIN told_twice t USING (deployment_id) LEFT JOIN others o ON o.same_as = d.deployment_id
)
SELECT c.*, e.is_production FROM counted c
JOIN environments e ON e.env = c.env AND e.said_production IS NOT DISTINCT FROM c.said_production;
