-- One row per pull request of the affected repositories: what an import says, completed by what git knows.
DELETE FROM pull_request_facts WHERE repo IN (SELECT repo FROM affected);

CREATE OR REPLACE TEMP TABLE joined_pull_requests AS
WITH imported AS (SELECT * FROM pull_requests WHERE source = 'import' AND repo IN (SELECT repo FROM affected)),
     from_git AS (SELECT * FROM pull_requests WHERE source = 'git' AND repo IN (SELECT repo FROM affected)),
     landed AS (SELECT repo, number, list(sha ORDER BY place, sha) AS shas FROM landed_commits GROUP BY ALL)
SELECT coalesce(i.repo, g.repo) AS repo,
       coalesce(i.number, g.number) AS number,
       coalesce(g.kind, i.kind) AS kind,
       coalesce(i.title, g.title) AS title,
       coalesce(i.author, g.author) AS author,
       coalesce(i.is_bot, g.is_bot, false) AS is_bot,
       i.created_at, i.ready_at, i.first_commit_at AS stated_first_commit_at,
       coalesce(i.merged_at, g.merged_at) AS merged_at, i.closed_at,
       coalesce(i.merge_sha, g.merge_sha) AS merge_sha,
       coalesce(g.copies, []) AS copies,
       list_concat(coalesce(l.shas, []), coalesce(i.commits, []), coalesce(g.commits, [])) AS own_shas,
       i.head_sha, coalesce(i.head_sha, i.commits[-1], g.commits[-1]) AS last_sha,
       coalesce(i.additions, g.additions) AS additions,
       coalesce(i.deletions, g.deletions) AS deletions,
       coalesce(i.changed_files, g.changed_files) AS changed_files,
       coalesce(i.labels, []) AS labels, i.work_item,
       coalesce(h.failed, i.failed_checks) AS failed_checks
FROM imported i FULL JOIN from_git g ON g.repo = i.repo AND g.number = i.number
LEFT JOIN landed l ON l.repo = i.repo AND l.number = i.number
LEFT JOIN head_checks h ON h.repo = i.repo AND h.sha = i.head_sha;

INSERT INTO pull_request_facts BY NAME
WITH landed AS (
    SELECT *, CASE WHEN merge_sha IS NOT NULL THEN list_prepend(merge_sha, copies)
                   WHEN last_sha IS NOT NULL THEN [last_sha] ELSE [] END AS landing_shas
    FROM joined_pull_requests
),
own AS (
    SELECT p.repo, p.number, min(c.authored_at) AS first_authored_at
    FROM (SELECT repo, number, merged_at, unnest(own_shas) AS sha FROM joined_pull_requests) p
    JOIN commits c ON c.repo = p.repo AND c.sha = p.sha
    LEFT JOIN landed_commits l ON l.repo = p.repo AND l.number = p.number AND l.sha = p.sha
    -- The only time that a push gives a commit may be that of the copy, which a forge makes as it merges.
    WHERE l.dated IS DISTINCT FROM false OR c.authored_at < p.merged_at - INTERVAL 1 MINUTE
    GROUP BY ALL
),
-- A squash commit is the only commit git keeps of its pull request. Written by a forge it is authored as it is merged,
-- which bounds the lead time from below but says nothing about when work began.
squashed AS (
    SELECT p.repo, p.number, c.authored_at,
           abs(epoch(c.committed_at) - epoch(c.authored_at)) > 1 AS authored_before_merge
    FROM joined_pull_requests p JOIN commits c ON c.repo = p.repo AND c.sha = p.merge_sha
    WHERE len(c.parents) < 2
),
responses AS (
    SELECT p.repo, p.number, min(r.submitted_at) AS first_review_at,
           max(r.submitted_at) FILTER (r.state = 'approved' AND r.submitted_at <= p.merged_at) AS last_approval_at
    FROM joined_pull_requests p JOIN reviews r ON r.repo = p.repo AND r.number = p.number
    WHERE NOT r.is_bot AND lower(r.reviewer) IS DISTINCT FROM lower(p.author)
    GROUP BY ALL
)
SELECT l.repo, l.number, 'pr_' || substr(md5(concat_ws(chr(31), l.repo, l.number)), 1, 16) AS pull_request_id,
       l.kind, l.title, l.author, l.is_bot, l.created_at, l.ready_at,
       coalesce(l.stated_first_commit_at, own.first_authored_at, squashed.authored_at) AS first_commit_at,
       coalesce(l.stated_first_commit_at, own.first_authored_at,
                CASE WHEN squashed.authored_before_merge THEN squashed.authored_at END) AS cycle_start_at,
       l.merged_at, l.closed_at, l.landing_shas, l.own_shas, l.head_sha, l.additions, l.deletions, l.changed_files, l.labels, l.work_item,
       l.failed_checks,
       responses.first_review_at, responses.last_approval_at,
       l.repo IN (SELECT repo FROM reviews) AS repo_has_reviews,
       span_secs(coalesce(l.ready_at, l.created_at), responses.first_review_at) AS first_response_secs,
       CASE WHEN l.merged_at >= responses.first_review_at
            THEN span_secs(responses.first_review_at, coalesce(responses.last_approval_at, l.merged_at)) END AS review_cycle_secs,
       NULL::TIMESTAMP AS reverted_at, NULL::VARCHAR AS reverted_by, NULL::BIGINT AS risk_score,
       NULL::BOOLEAN AS has_schema_migration, NULL::BOOLEAN AS has_open_incident
FROM landed l
LEFT JOIN own USING (repo, number)
LEFT JOIN squashed USING (repo, number)
LEFT JOIN responses USING (repo, number)
ORDER BY merged_at;
DROP TABLE joined_pull_requests;
