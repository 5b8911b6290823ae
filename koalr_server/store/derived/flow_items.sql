-- Work items, and pull requests where a team keeps no tracker: of the repositories in `flow_repos`, which are all if people,
-- teams or work items changed. Who has a tracker decides about pull requests everywhere.
DELETE FROM flow_items WHERE kind = 'work_item' OR repo IN (SELECT repo FROM flow_repos);

CREATE OR REPLACE TEMP TABLE teams_with_members AS SELECT DISTINCT team_id FROM members;
CREATE OR REPLACE TEMP TABLE placed_work_items AS
SELECT w.*, t.team_id FROM work_items w LEFT JOIN teams t ON t.team_id = w.team OR t.name = w.team;
CREATE OR REPLACE TEMP TABLE work_item_teams AS
SELECT key, team_id FROM placed_work_items WHERE team_id IS NOT NULL
UNION
SELECT w.key, r.team_id FROM placed_work_items w JOIN team_repos r ON r.repo = w.repo WHERE w.team IS NULL;

INSERT INTO flow_items BY NAME
SELECT 'work_item' AS kind, team_id, repo, NULL::VARCHAR AS author, created_at, started_at, started_at AS in_progress_from,
       done_at, CAST(done_at AS DATE) AS done_day, NULL::TIMESTAMP AS closed_at, CASE WHEN done_at IS NOT NULL THEN greatest(done_at, started_at) END AS ended_at,
       span_secs(started_at, done_at) AS cycle_secs, least(active_secs, span_secs(started_at, done_at)) AS active_secs,
       CASE WHEN active_secs IS NOT NULL THEN span_secs(started_at, done_at) END AS elapsed_secs
FROM placed_work_items
ORDER BY ended_at;

CREATE OR REPLACE TEMP TABLE counted_pull_requests AS
SELECT * FROM pull_request_facts WHERE repo IN (SELECT repo FROM flow_repos) AND NOT is_bot;

INSERT INTO flow_items BY NAME
WITH belonging AS (
    SELECT p.repo, p.number, m.team_id FROM counted_pull_requests p JOIN members m ON lower(m.login) = lower(p.author)
    UNION
    SELECT p.repo, p.number, r.team_id FROM counted_pull_requests p JOIN team_repos r ON r.repo = p.repo
    WHERE r.team_id NOT IN (SELECT team_id FROM teams_with_members)
),
judged AS (
    SELECT p.repo, p.number, count(b.team_id) AS teams,
           count(b.team_id) FILTER (b.team_id IN (SELECT team_id FROM work_item_teams)) AS tracked
    FROM counted_pull_requests p LEFT JOIN belonging b USING (repo, number)
    GROUP BY ALL
),
untracked AS (
    SELECT repo, number FROM judged
    WHERE CASE WHEN teams > 0 THEN tracked = 0
               ELSE NOT EXISTS (SELECT 1 FROM work_items WHERE key NOT IN (SELECT key FROM work_item_teams)) END
),
timed AS (
    SELECT p.*, coalesce(p.ready_at, p.created_at) AS waiting_from,
           span_secs(p.cycle_start_at, p.merged_at) AS elapsed
    FROM counted_pull_requests p JOIN untracked USING (repo, number)
)
SELECT 'pull_request' AS kind, NULL::VARCHAR AS team_id, repo, author, coalesce(created_at, ready_at) AS created_at,
       cycle_start_at AS started_at,
       coalesce(cycle_start_at, waiting_from) AS in_progress_from,
       merged_at AS done_at, CAST(merged_at AS DATE) AS done_day, CASE WHEN merged_at IS NULL THEN closed_at END AS closed_at,
       CASE WHEN coalesce(merged_at, closed_at) IS NOT NULL
            THEN greatest(coalesce(merged_at, closed_at), coalesce(cycle_start_at, waiting_from)) END AS ended_at, elapsed AS cycle_secs,
       CASE WHEN repo_has_reviews AND waiting_from IS NOT NULL THEN
           elapsed
           - CASE WHEN first_review_at <= merged_at
                  THEN span_secs(greatest(waiting_from, cycle_start_at), first_review_at) ELSE 0 END
           - CASE WHEN last_approval_at IS NOT NULL
                  THEN span_secs(greatest(last_approval_at, cycle_start_at), merged_at) ELSE 0 END
       END AS active_secs,
       CASE WHEN repo_has_reviews AND waiting_from IS NOT NULL THEN elapsed END AS elapsed_secs
FROM timed
ORDER BY ended_at;
