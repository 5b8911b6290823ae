-- Changes (merged pull requests, and commits that came without one) that reached production, each with the first
-- deployment that contains it. What a repository's first deployment contains is the baseline and no change.
DELETE FROM changes WHERE repo IN (SELECT repo FROM affected);

INSERT INTO changes BY NAME
WITH arrivals AS (
    SELECT p.repo, p.number, min_by(r, r.position) AS arrival
    FROM (SELECT repo, number, unnest(landing_shas) AS sha FROM pull_request_facts
          WHERE merged_at IS NOT NULL AND repo IN (SELECT repo FROM affected)) p
    JOIN reached r ON r.repo = p.repo AND r.sha = p.sha
    GROUP BY ALL
)
SELECT p.repo, p.number, p.landing_shas[1] AS sha, p.author, p.is_bot, w.created_at AS idea_at,
       p.first_commit_at, p.cycle_start_at, p.merged_at,
       arrival.deployment_id AS deployment_id, coalesce(d.deployed_at, d.started_at) AS finished_at,
       span_secs(p.first_commit_at, finished_at) AS lead_secs, span_secs(w.created_at, p.first_commit_at) AS idea_to_commit_secs,
       span_secs(p.cycle_start_at, p.merged_at) AS commit_to_merge_secs, span_secs(p.merged_at, finished_at) AS merge_to_deploy_secs
FROM arrivals a
JOIN pull_request_facts p USING (repo, number)
JOIN deployments d ON d.deployment_id = a.arrival.deployment_id
LEFT JOIN work_items w ON w.key = p.work_item
WHERE NOT a.arrival.baseline
ORDER BY finished_at;

INSERT INTO changes BY NAME
SELECT c.repo, NULL::BIGINT AS number, c.sha, c.author, c.is_bot, NULL::TIMESTAMP AS idea_at,
       c.authored_at AS first_commit_at, c.authored_at AS cycle_start_at, c.committed_at AS merged_at,
       r.deployment_id, coalesce(d.deployed_at, d.started_at) AS finished_at,
       span_secs(c.authored_at, finished_at) AS lead_secs, NULL::BIGINT AS idea_to_commit_secs,
       span_secs(c.authored_at, c.committed_at) AS commit_to_merge_secs, span_secs(c.committed_at, finished_at) AS merge_to_deploy_secs
FROM commits c
JOIN reached r ON r.repo = c.repo AND r.sha = c.sha AND NOT r.baseline
JOIN deployments d ON d.deployment_id = r.deployment_id
WHERE c.repo IN (SELECT repo FROM affected) AND len(c.parents) < 2
  AND NOT EXISTS (
      SELECT 1 FROM (SELECT repo, unnest(list_concat(landing_shas, own_shas, [head_sha])) AS sha FROM pull_request_facts) p
      WHERE p.repo = c.repo AND p.sha = c.sha
  )
ORDER BY finished_at;
