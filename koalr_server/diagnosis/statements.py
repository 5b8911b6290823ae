"""The aggregate queries behind the counts: one row each, columns named after the fields of counts.py.

$since < t <= $now is recent. A Part comes as three columns, `…_lacking`, `…_of` and `…_examples`.
"""

from koalr_server.metrics.copilot import BY_PERSON
from koalr_server.metrics.scope import BY_AUTHOR, BY_ITEM, BY_REPO
from koalr_server.risk.code_ownership import CODEOWNERS


def _part(name: str, of: str, example: str = "repo") -> str:
    """The three columns of a Part over rows grouped by `example`, each with the counts `name` and `of`."""
    return (
        f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}_lacking, CAST(coalesce(sum({of}), 0) AS BIGINT) AS {name}_of, "
        f"(list({example} ORDER BY {name} DESC, {example}) FILTER ({name} > 0))[1:3] AS {name}_examples"
    )


NEWEST = f"""
SELECT (SELECT max(listed_at) FROM deployment_facts WHERE listed_at <= $now AND {BY_REPO}) AS deployed_at,
       (SELECT max(merged_at) FROM pull_request_facts WHERE merged_at <= $now AND {BY_AUTHOR}) AS merged_at,
       (SELECT max(done_at) FROM flow_items WHERE done_at <= $now AND {BY_ITEM}) AS done_at,
       (SELECT max(created_at) FROM flow_items WHERE created_at <= $now AND {BY_ITEM}) AS opened_at,
       (SELECT max(started_at) FROM incident_facts WHERE started_at <= $now AND {BY_REPO}) AS started_at,
       (SELECT max(committed_at) FROM commits WHERE committed_at <= $now AND {BY_REPO}) AS committed_at
"""  # noqa: S608 - composed of this package's own constants, here and below

COMMITS = f"SELECT count(*) AS commits FROM commits WHERE committed_at > $since AND committed_at <= $now AND {BY_REPO}"  # noqa: S608

# A deployment's content is known if it lists commits, or if its sha is one that some deployment is known to contain.
DEPLOYMENTS = f"""
WITH listed AS (SELECT * FROM deployment_facts WHERE listed_at > $since AND listed_at <= $now AND {BY_REPO}),
shipped AS (SELECT deployment_id, repo, sha FROM listed WHERE finished_at IS NOT NULL),
mysterious AS (
    SELECT s.repo, count(*) AS unknown_commit FROM shipped s
    JOIN deployments d ON d.deployment_id = s.deployment_id AND coalesce(len(d.commits), 0) = 0
    ANTI JOIN reached r ON r.repo = s.repo AND r.sha = s.sha
    GROUP BY s.repo
),
content AS (
    SELECT repo, any_value(shipped) AS shipped, coalesce(any_value(unknown_commit), 0) AS unknown_commit
    FROM (SELECT repo, count(*) AS shipped FROM shipped GROUP BY repo) LEFT JOIN mysterious USING (repo) GROUP BY repo
),
merging AS (
    SELECT repo, 1 AS merging_repos, CAST(repo NOT IN (SELECT repo FROM deployment_facts WHERE finished_at <= $now) AS INT) AS unshipped_repos
    FROM (SELECT DISTINCT repo FROM pull_request_facts WHERE merged_at > $since AND merged_at <= $now AND NOT is_bot AND {BY_AUTHOR})
)
SELECT (SELECT count(*) FROM listed) AS listed,
       (SELECT list(env ORDER BY deployments DESC, env)[1:3] FROM (SELECT env, count(*) AS deployments FROM listed GROUP BY env)) AS environments,
       (SELECT max(listed_at) FROM deployment_facts WHERE listed_at <= $now AND {BY_REPO}) AS newest_listed_at,
       (SELECT max(finished_at) FROM deployment_facts WHERE finished_at <= $now AND {BY_REPO}) AS newest_shipped_at,
       (SELECT count(*) FROM shipped) AS shipped, (SELECT count(*) FROM content) AS shipping_repos, c.*, m.*
FROM (SELECT {_part("unknown_commit", "shipped")} FROM content) c, (SELECT {_part("unshipped_repos", "merging_repos")} FROM merging) m
"""  # noqa: S608

PULL_REQUESTS = f"""
WITH merged AS (SELECT * FROM pull_request_facts WHERE merged_at > $since AND merged_at <= $now AND {BY_AUTHOR}),
keys AS (SELECT DISTINCT key FROM work_items),
by_repo AS (
    SELECT repo, count(*) AS merged, count(*) FILTER (cycle_start_at IS NULL) AS unstarted,
           count(*) FILTER (coalesce(ready_at, created_at) IS NULL) AS unready, count(*) FILTER (NOT repo_has_reviews) AS unreviewed,
           count(*) FILTER (work_item IS NULL) AS unlinked, count(work_item) AS linked,
           count(*) FILTER (work_item IS NOT NULL AND key IS NULL) AS unknown_links
    FROM merged LEFT JOIN keys ON key = work_item WHERE NOT is_bot GROUP BY repo
),
reviewed AS (
    SELECT repo, count(*) AS reviewed, count(*) FILTER (first_response_secs IS NULL) AS unwaited,
           count(*) FILTER (review_cycle_secs IS NOT NULL AND merged_at <= $now) AS review_cycles
    FROM pull_request_facts WHERE first_review_at > $since AND first_review_at <= $now AND NOT is_bot AND {BY_AUTHOR} GROUP BY repo
)
SELECT (SELECT count(*) FROM merged WHERE is_bot) AS merged_by_bots,
       (SELECT max(merged_at) FROM pull_request_facts WHERE merged_at <= $now AND {BY_AUTHOR}) AS newest_merged_at,
       (SELECT max(first_review_at) FROM pull_request_facts WHERE first_review_at <= $now AND NOT is_bot AND {BY_AUTHOR}) AS newest_review_at,
       (SELECT count(*) FROM pull_request_facts WHERE created_at > $since AND created_at <= $now AND NOT is_bot AND {BY_AUTHOR}) AS opened,
       m.*, r.*
FROM (
    SELECT CAST(coalesce(sum(merged), 0) AS BIGINT) AS merged, {_part("unstarted", "merged")}, {_part("unready", "merged")},
           {_part("unreviewed", "merged")}, {_part("unlinked", "merged")}, {_part("unknown_links", "linked")}
    FROM by_repo
) m, (
    SELECT CAST(coalesce(sum(reviewed), 0) AS BIGINT) AS reviewed, CAST(coalesce(sum(review_cycles), 0) AS BIGINT) AS review_cycles,
           {_part("unwaited", "reviewed")}
    FROM reviewed
) r
"""  # noqa: S608

CHANGES = f"""
WITH by_repo AS (
    SELECT repo, count(*) AS deployed, count(lead_secs) AS led, count(idea_to_commit_secs) AS with_idea,
           count(commit_to_merge_secs) AS with_merge_time,
           count(*) FILTER (lead_secs IS NOT NULL AND cycle_start_at IS NULL) AS bounded
    FROM changes WHERE finished_at > $since AND finished_at <= $now AND NOT is_bot AND {BY_AUTHOR} GROUP BY repo
)
SELECT (SELECT max(finished_at) FROM changes WHERE finished_at <= $now AND NOT is_bot AND {BY_AUTHOR}) AS newest_at,
       CAST(coalesce(sum(deployed), 0) AS BIGINT) AS deployed, CAST(coalesce(sum(led), 0) AS BIGINT) AS led,
       CAST(coalesce(sum(with_idea), 0) AS BIGINT) AS with_idea, CAST(coalesce(sum(with_merge_time), 0) AS BIGINT) AS with_merge_time,
       {_part("bounded", "led")}
FROM by_repo
"""  # noqa: S608

INCIDENTS = f"""
WITH known AS (
    SELECT coalesce(repo, 'no repository') AS place, repo IS NULL AS unplaced, source = 'import' AS imported, started_at > $since AS recent,
           resolved_at > $since AND resolved_at <= $now AS resolved_lately, coalesce(resolved_at > $now, true) AS is_open, started_at
    FROM incident_facts WHERE started_at <= $now AND {BY_REPO}
),
by_place AS (
    SELECT place, count(*) FILTER (imported) AS imported, count(*) FILTER (imported AND recent) AS started,
           count(*) FILTER (NOT imported AND recent) AS rollbacks, count(*) FILTER (resolved_lately) AS resolved, max(started_at) AS newest_at,
           count(*) FILTER (unplaced AND imported AND recent) AS unplaced, count(*) FILTER (is_open) AS still_open,
           count(*) FILTER (is_open AND started_at <= $overdue) AS overdue
    FROM known GROUP BY place
)
SELECT CAST(coalesce(sum(imported), 0) AS BIGINT) AS imported_ever, CAST(coalesce(sum(started), 0) AS BIGINT) AS started,
       CAST(coalesce(sum(rollbacks), 0) AS BIGINT) AS rollbacks, CAST(coalesce(sum(resolved), 0) AS BIGINT) AS resolved,
       max(newest_at) AS newest_started_at, {_part("unplaced", "started", "place")}, {_part("overdue", "still_open", "place")}
FROM by_place
"""  # noqa: S608

ITEMS = f"""
WITH done AS (
    SELECT coalesce(repo, 'no repository') AS place, kind = 'work_item' AS tracked, cycle_secs, active_secs, elapsed_secs
    FROM flow_items WHERE done_at > $since AND done_at <= $now AND {BY_ITEM}
),
by_place AS (
    SELECT place, count(*) AS finished, count(cycle_secs) AS with_cycle_time, count(*) FILTER (elapsed_secs > 0 AND active_secs IS NOT NULL) AS timed,
           count(*) FILTER (tracked) AS tracked, count(*) FILTER (tracked AND cycle_secs IS NULL) AS unstarted,
           count(*) FILTER (tracked AND cycle_secs IS NOT NULL) AS started,
           count(*) FILTER (tracked AND cycle_secs IS NOT NULL AND active_secs IS NULL) AS untimed
    FROM done GROUP BY place
)
SELECT (SELECT max(done_at) FROM flow_items WHERE done_at <= $now AND {BY_ITEM}) AS newest_done_at,
       (SELECT count(*) > 0 FROM flow_items WHERE least(in_progress_from, done_at) <= $now AND {BY_ITEM}) AS begun,
       (SELECT count(*) FROM flow_items WHERE in_progress_from <= $now AND (ended_at IS NULL OR ended_at > $now) AND {BY_ITEM}) AS in_progress,
       (SELECT count(created_at) FROM flow_items WHERE created_at <= $now AND {BY_ITEM}) AS openings_known, p.*
FROM (
    SELECT CAST(coalesce(sum(finished), 0) AS BIGINT) AS finished, CAST(coalesce(sum(tracked), 0) AS BIGINT) AS finished_work_items,
           CAST(coalesce(sum(with_cycle_time), 0) AS BIGINT) AS with_cycle_time, CAST(coalesce(sum(timed), 0) AS BIGINT) AS timed,
           {_part("unstarted", "tracked", "place")}, {_part("untimed", "started", "place")}
    FROM by_place
) p
"""  # noqa: S608

COPILOT = f"""
WITH seats AS (SELECT * FROM copilot_seats WHERE created_at <= $now AND (ends_on IS NULL OR ends_on > $since) AND {BY_PERSON}),
person_days AS (SELECT * FROM copilot_user_days WHERE day <= $now AND {BY_PERSON}),
total_days AS (SELECT * FROM copilot_days WHERE day <= $now AND $everyone),
days AS (
    SELECT day, suggested, accepted, lines_accepted FROM person_days WHERE day > $since
    UNION ALL SELECT day, suggested, accepted, lines_accepted FROM total_days WHERE day > $since
)
SELECT (SELECT count(*) FROM seats) AS seats,
       greatest((SELECT max(day) FROM person_days), (SELECT max(day) FROM total_days),
                (SELECT max(last_activity_at) FROM seats WHERE last_activity_at <= $now)) AS newest_at,
       (SELECT count(DISTINCT login) FROM person_days WHERE day > $since) AS active_people,
       EXISTS (SELECT 1 FROM person_days WHERE day > $since) OR EXISTS (SELECT 1 FROM total_days WHERE day > $since AND active_users IS NOT NULL)
           OR EXISTS (SELECT 1 FROM seats WHERE last_activity_at <= $now) AS activity_known,
       (SELECT count(DISTINCT day) FROM days WHERE suggested IS NOT NULL AND accepted IS NOT NULL) AS completion_days,
       (SELECT count(DISTINCT day) FROM days WHERE lines_accepted IS NOT NULL) AS line_days
"""  # noqa: S608

RISK = f"""
WITH merged AS (
    SELECT repo, number, merged_at, risk_score FROM pull_request_facts
    WHERE merged_at > $since AND merged_at <= $now AND NOT is_bot AND {BY_AUTHOR}
),
ruled AS (
    SELECT m.repo, m.number, m.risk_score, c.content IS NOT NULL AS has_codeowners
    FROM merged m ASOF LEFT JOIN {CODEOWNERS} c ON c.repo = m.repo AND c.known_from < m.merged_at
),
by_repo AS (
    SELECT m.repo, count(*) AS merged, count(*) FILTER (m.risk_score IS NULL) AS unscored,
           count(*) FILTER (s.change_entropy IS NULL) AS without_entropy,
           count(*) FILTER (s.author_file_expertise IS NULL) AS without_expertise,
           count(*) FILTER (s.ai_authored_ratio IS NULL) AS without_assistance,
           count(*) FILTER (s.coverage_delta IS NULL) AS without_coverage,
           count(*) FILTER (NOT m.has_codeowners) AS without_codeowners,
           count(*) FILTER (s.codeowners_compliance IS NULL) AS without_approvals
    FROM ruled m LEFT JOIN pull_request_signals s USING (repo, number)
    GROUP BY m.repo
)
SELECT {_part("unscored", "merged")}, {_part("without_entropy", "merged")},
       {_part("without_expertise", "merged")}, {_part("without_assistance", "merged")},
       {_part("without_coverage", "merged")}, {_part("without_codeowners", "merged")}, {_part("without_approvals", "merged")}
FROM by_repo
"""  # noqa: S608

# A pull request in a repository whose team has no members belongs to that team, whoever wrote it.
TEAMS = f"""
WITH mine AS (SELECT * FROM teams WHERE $everyone OR team_id IN (SELECT unnest($team_ids::VARCHAR[]))),
sized AS (
    SELECT name, 1 AS teams, CAST(team_id NOT IN (SELECT team_id FROM members) AS INT) AS without_members,
           CAST(team_id NOT IN (SELECT team_id FROM team_repos) AS INT) AS without_repos
    FROM mine
),
active AS (
    SELECT repo, author FROM pull_request_facts WHERE $everyone AND merged_at > $since AND merged_at <= $now AND NOT is_bot AND {BY_AUTHOR}
),
owned_by_repo AS (SELECT repo FROM team_repos WHERE team_id NOT IN (SELECT team_id FROM members)),
people AS (
    SELECT min(author) AS author, 1 AS people,
           CAST(lower(author) NOT IN (SELECT lower(login) FROM members)
                AND bool_or(repo NOT IN (SELECT repo FROM owned_by_repo)) AS INT) AS people_without_team
    FROM active WHERE author IS NOT NULL GROUP BY lower(author)
),
places AS (
    SELECT repo, 1 AS places, CAST(repo NOT IN (SELECT repo FROM team_repos) AS INT) AS repos_without_team
    FROM (SELECT repo FROM active UNION SELECT repo FROM deployment_facts WHERE $everyone AND listed_at > $since AND listed_at <= $now)
)
SELECT (SELECT count(*) FROM mine) AS teams,
       (SELECT count(DISTINCT lower(login)) FROM members WHERE team_id IN (SELECT team_id FROM mine)) AS members, t.*, p.*, r.*
FROM (SELECT {_part("without_members", "teams", "name")}, {_part("without_repos", "teams", "name")} FROM sized) t,
     (SELECT {_part("people_without_team", "people", "author")} FROM people) p,
     (SELECT {_part("repos_without_team", "places")} FROM places) r
"""  # noqa: S608
