-- What was known when each quarter with merged pull requests began, one row for each pull request merged in the two years before.
-- One merged less than 30 days before has no outcome yet; what failed later did not fail yet.
CREATE OR REPLACE TEMP TABLE training_sets AS
WITH quarters AS (
    SELECT DISTINCT date_trunc('quarter', merged_at)::TIMESTAMP AS quarter FROM pull_request_signals WHERE merged_at IS NOT NULL
)
SELECT q.quarter, s.repo, s.number, s.merged_at, s.fingerprint, s.codeowners_compliance,
       CASE WHEN s.merged_at >= q.quarter - INTERVAL 30 DAY THEN NULL
            WHEN s.reverted_at < q.quarter THEN 1
            WHEN s.failed_at < q.quarter THEN s.failed_share
            ELSE 0 END AS outcome
FROM quarters q
LEFT JOIN pull_request_signals s
    ON s.merged_at >= q.quarter - INTERVAL 2 YEAR AND s.merged_at < q.quarter AND NOT s.is_bot;
