-- Facts as they came in. Timestamps are naive UTC, whole seconds. One writer keeps natural keys unique (see loading.py),
-- so bulk loads pay for no index.
-- Whole seconds from one time to a later one, 0 if they come the wrong way round, null if one is unknown.
CREATE OR REPLACE MACRO span_secs(earlier, later) AS
    CASE WHEN later < earlier THEN 0 ELSE date_diff('second', earlier, later) END;

-- The first line of a message.
CREATE OR REPLACE MACRO subject(message) AS rtrim(split_part(message, chr(10), 1), ' ' || chr(13));

CREATE TABLE IF NOT EXISTS meta (name VARCHAR, value VARCHAR);

CREATE TABLE IF NOT EXISTS teams (team_id VARCHAR, name VARCHAR, created_at TIMESTAMP);
CREATE TABLE IF NOT EXISTS members (team_id VARCHAR, login VARCHAR);
CREATE TABLE IF NOT EXISTS team_repos (team_id VARCHAR, repo VARCHAR);
CREATE TABLE IF NOT EXISTS repos (repo VARCHAR);

-- message is kept because titles, reverts and trailers are read from it; author_email never leaves the store.
CREATE TABLE IF NOT EXISTS commits (
    repo VARCHAR, sha VARCHAR, parents VARCHAR[], author VARCHAR, author_email VARCHAR, is_bot BOOLEAN,
    authored_at TIMESTAMP, committed_at TIMESTAMP, message VARCHAR, additions BIGINT, deletions BIGINT
);
-- Commits of which only a push has told, with the parents that were guessed from it.
CREATE TABLE IF NOT EXISTS pushed_commits (repo VARCHAR, sha VARCHAR, parents VARCHAR[]);
-- Pushes to the default branch, by the commit it is at afterwards; shas: what came, oldest first.
CREATE TABLE IF NOT EXISTS pushes (repo VARCHAR, head_sha VARCHAR, shas VARCHAR[]);
-- Commits of the branch of a pull request, which need not be in `commits`; title: the first line of the message.
CREATE TABLE IF NOT EXISTS branch_commits (repo VARCHAR, number BIGINT, sha VARCHAR, authored_at TIMESTAMP, title VARCHAR);
CREATE TABLE IF NOT EXISTS commit_files (
    repo VARCHAR, sha VARCHAR, path VARCHAR, additions BIGINT, deletions BIGINT
);
-- What a pull request changes as a whole, which counts where the files of its commits are not known.
CREATE TABLE IF NOT EXISTS pull_request_files (
    repo VARCHAR, number BIGINT, path VARCHAR, additions BIGINT, deletions BIGINT
);

-- How many checks of a commit failed.
CREATE TABLE IF NOT EXISTS head_checks (repo VARCHAR, sha VARCHAR, failed BIGINT);
-- source: 'import', or 'git' for what was read out of merge commits; both may describe the same number.
-- failed_checks: of its head, when it was merged or as of now, as an import says; what head_checks knows of the head holds.
CREATE TABLE IF NOT EXISTS pull_requests (
    source VARCHAR, repo VARCHAR, number BIGINT, kind VARCHAR, title VARCHAR, author VARCHAR, is_bot BOOLEAN,
    created_at TIMESTAMP, ready_at TIMESTAMP, first_commit_at TIMESTAMP, merged_at TIMESTAMP, closed_at TIMESTAMP,
    merge_sha VARCHAR, head_sha VARCHAR, commits VARCHAR[], copies VARCHAR[],
    additions BIGINT, deletions BIGINT, changed_files BIGINT, labels VARCHAR[], work_item VARCHAR, failed_checks BIGINT
);
-- The CODEOWNERS file in force from a time on until the next; path is null from where there was none, content alone where
-- nobody knows it. sha: the commit that made it so on the default branch.
CREATE TABLE IF NOT EXISTS codeowners (repo VARCHAR, path VARCHAR, known_from TIMESTAMP, content VARCHAR, sha VARCHAR);
-- The same as GitHub tells it, where a version is known by its commit; together they are what is known.
CREATE TABLE IF NOT EXISTS told_codeowners (repo VARCHAR, path VARCHAR, known_from TIMESTAMP, content VARCHAR, sha VARCHAR);
-- Lines that the tests of a commit ran, of those they could; a commit may have several reports, each by its own name.
CREATE TABLE IF NOT EXISTS coverage_reports (
    repo VARCHAR, sha VARCHAR, report VARCHAR, covered BIGINT, coverable BIGINT, measured_at TIMESTAMP
);
CREATE TABLE IF NOT EXISTS git_heads (repo VARCHAR, ref VARCHAR, sha VARCHAR);

CREATE TABLE IF NOT EXISTS reviews (
    repo VARCHAR, number BIGINT, reviewer VARCHAR, is_bot BOOLEAN, state VARCHAR, submitted_at TIMESTAMP
);
-- source: 'import' or 'tag'. external_id is the id the sender gave, which rollbackOf and deploymentId may name.
-- said_production: whether the sender calls the environment production, null if it does not say.
CREATE TABLE IF NOT EXISTS deployments (
    source VARCHAR, deployment_id VARCHAR, external_id VARCHAR, repo VARCHAR, env VARCHAR, status VARCHAR,
    sha VARCHAR, ref VARCHAR, started_at TIMESTAMP, deployed_at TIMESTAMP, commits VARCHAR[], rollback_of VARCHAR,
    said_production BOOLEAN
);
CREATE TABLE IF NOT EXISTS incidents (
    incident_id VARCHAR, external_id VARCHAR, title VARCHAR, severity VARCHAR, status VARCHAR,
    started_at TIMESTAMP, resolved_at TIMESTAMP, repo VARCHAR, service VARCHAR, deployment_id VARCHAR
);
CREATE TABLE IF NOT EXISTS work_items (
    key VARCHAR, type VARCHAR, team VARCHAR, repo VARCHAR, created_at TIMESTAMP, started_at TIMESTAMP,
    done_at TIMESTAMP, active_secs BIGINT, status VARCHAR
);
-- GitHub Copilot; logins in lower case. Days are the midnights they begin at; suggested, accepted and lines_accepted are of
-- code completions alone, null where the report does not say. organisation '' is a report that names none: all of them.
CREATE TABLE IF NOT EXISTS copilot_seats (
    login VARCHAR, created_at TIMESTAMP, ends_on TIMESTAMP, last_activity_at TIMESTAMP, team VARCHAR
);
CREATE TABLE IF NOT EXISTS copilot_user_days (
    login VARCHAR, day TIMESTAMP, suggested BIGINT, accepted BIGINT, lines_accepted BIGINT
);
CREATE TABLE IF NOT EXISTS copilot_days (
    source VARCHAR, organisation VARCHAR, day TIMESTAMP,
    active_users BIGINT, suggested BIGINT, accepted BIGINT, lines_accepted BIGINT
);
-- What tools sent or were asked for, as it came; seq grows in order of arrival. key: the source, a colon, and its own id of the
-- delivery. body: JSON in UTF-8.
CREATE TABLE IF NOT EXISTS deliveries (
    key VARCHAR PRIMARY KEY, seq BIGINT, source VARCHAR, event VARCHAR, received_at TIMESTAMP, body BLOB
);
-- What holds of each facet of a thing (sources/observation.py): the latest version of what was told; fields: JSON.
-- seq: the delivery that told it.
CREATE TABLE IF NOT EXISTS observations (
    kind VARCHAR, key VARCHAR, facet VARCHAR, version VARCHAR, fields VARCHAR, seq BIGINT
);
-- Names that repositories had, with the present one, as far as numbers of repositories told; settling.py keeps it.
CREATE TABLE IF NOT EXISTS former_names (name VARCHAR, repo VARCHAR);
-- The records that a thing has made, as JSON by kind: what has to leave when it makes others.
CREATE TABLE IF NOT EXISTS thing_records (kind VARCHAR, key VARCHAR, records VARCHAR);
-- Deliveries that tell nothing, counted by event; fault: why a body could not be read, null for an event that does not concern us.
CREATE TABLE IF NOT EXISTS idle_deliveries (source VARCHAR, event VARCHAR, fault VARCHAR, deliveries BIGINT);
-- How far a source was read, by name, such as a repository and what was listed.
CREATE TABLE IF NOT EXISTS source_cursors (source VARCHAR, name VARCHAR, value VARCHAR);
-- Only a hash of a key is kept. expires_at: the end of the grace period of a key that was rotated.
CREATE TABLE IF NOT EXISTS api_keys (
    key_id VARCHAR, name VARCHAR, key_hash VARCHAR, hint VARCHAR, scopes VARCHAR[], team_ids VARCHAR[],
    requests_per_minute BIGINT, created_at TIMESTAMP, revoked_at TIMESTAMP, expires_at TIMESTAMP, last_used_at TIMESTAMP
);

-- Saved definitions as JSON. A row without a document takes the shipped metric of that slug away.
CREATE TABLE IF NOT EXISTS custom_metrics (slug VARCHAR, document VARCHAR, saved_at TIMESTAMP);

-- Facts pre-joined for reading; deriving.py rebuilds them from the tables above. Spans of time are worked out here once and
-- rows lie in order of time, so that a window reads few of them and computes little.
-- The decision on each environment, for whatever may be said of it (sources/environments.py).
CREATE TABLE IF NOT EXISTS environments (env VARCHAR, said_production BOOLEAN, is_production BOOLEAN);
-- Deployments of which a better source tells too, which is the one that counts.
CREATE TABLE IF NOT EXISTS told_twice (repo VARCHAR, deployment_id VARCHAR, same_as VARCHAR);
CREATE TABLE IF NOT EXISTS reached (repo VARCHAR, sha VARCHAR, position BIGINT, deployment_id VARCHAR, baseline BOOLEAN);
CREATE TABLE IF NOT EXISTS pull_request_facts (
    repo VARCHAR, number BIGINT, pull_request_id VARCHAR, kind VARCHAR, title VARCHAR, author VARCHAR, is_bot BOOLEAN,
    created_at TIMESTAMP, ready_at TIMESTAMP, first_commit_at TIMESTAMP, cycle_start_at TIMESTAMP,
    merged_at TIMESTAMP, closed_at TIMESTAMP, landing_shas VARCHAR[], own_shas VARCHAR[], head_sha VARCHAR,
    additions BIGINT, deletions BIGINT, changed_files BIGINT, labels VARCHAR[], work_item VARCHAR, failed_checks BIGINT,
    first_review_at TIMESTAMP, last_approval_at TIMESTAMP, repo_has_reviews BOOLEAN,
    first_response_secs BIGINT, review_cycle_secs BIGINT,
    reverted_at TIMESTAMP, reverted_by VARCHAR,
    risk_score BIGINT, has_schema_migration BOOLEAN, has_open_incident BOOLEAN
);
CREATE TABLE IF NOT EXISTS changes (
    repo VARCHAR, number BIGINT, sha VARCHAR, author VARCHAR, is_bot BOOLEAN, idea_at TIMESTAMP,
    first_commit_at TIMESTAMP, cycle_start_at TIMESTAMP, merged_at TIMESTAMP, deployment_id VARCHAR, finished_at TIMESTAMP,
    lead_secs BIGINT, idea_to_commit_secs BIGINT, commit_to_merge_secs BIGINT, merge_to_deploy_secs BIGINT
);
CREATE TABLE IF NOT EXISTS deployment_facts (
    deployment_id VARCHAR, repo VARCHAR, env VARCHAR, is_production BOOLEAN, status VARCHAR, sha VARCHAR, ref VARCHAR,
    listed_at TIMESTAMP, deployed_at TIMESTAMP, finished_at TIMESTAMP, lead_time_secs BIGINT, failed_at TIMESTAMP, failure VARCHAR
);
CREATE TABLE IF NOT EXISTS incident_facts (
    incident_id VARCHAR, source VARCHAR, title VARCHAR, severity VARCHAR, status VARCHAR, repo VARCHAR,
    started_at TIMESTAMP, resolved_at TIMESTAMP, deployment_id VARCHAR
);
-- ended_at: done or closed, whichever came first, never before in_progress_from.
CREATE TABLE IF NOT EXISTS flow_items (
    kind VARCHAR, team_id VARCHAR, repo VARCHAR, author VARCHAR, created_at TIMESTAMP, started_at TIMESTAMP,
    in_progress_from TIMESTAMP, done_at TIMESTAMP, done_day DATE, closed_at TIMESTAMP, ended_at TIMESTAMP,
    cycle_secs BIGINT, active_secs BIGINT, elapsed_secs BIGINT
);
-- Only pull requests whose coverage was measured before and after; delta is a signed share.
CREATE TABLE IF NOT EXISTS coverage_deltas (repo VARCHAR, number BIGINT, delta DOUBLE);
-- One column per signal (risk/signals.py), null where unknown. What depends on the moment a pull request is judged at is here
-- for merged ones alone; open ones are judged when somebody asks. Then the outcome: when it was taken back, when the
-- deployment that first carried it failed and its share in that, one part for each change of the deployment.
-- commits: what it consists of, see derived/change_histories.sql; null where pull_request_files say it. fingerprint: a hash of its signals but codeowners_compliance; outcomes are added where models are made, by which
-- training sets are told apart.
CREATE TABLE IF NOT EXISTS pull_request_signals (
    repo VARCHAR, number BIGINT, merged_at TIMESTAMP, is_bot BOOLEAN, commits VARCHAR[],
    lines_added BIGINT, lines_deleted BIGINT, files_changed BIGINT, directories_changed BIGINT, subsystems_changed BIGINT,
    change_entropy DOUBLE, entropy_bits DOUBLE, lines_in_files BIGINT,
    prior_changes BIGINT, prior_authors BIGINT, days_since_change DOUBLE, recent_changes BIGINT, prior_reverts BIGINT,
    is_fix BOOLEAN, author_file_expertise DOUBLE, author_experience BIGINT, author_recent_experience DOUBLE,
    author_subsystem_experience BIGINT, ownership DOUBLE,
    codeowners_compliance BOOLEAN, reviewers BIGINT, approvals BIGINT, changes_requested BIGINT,
    coverage_delta DOUBLE, test_share DOUBLE, failed_checks BIGINT,
    schema_migration BOOLEAN, infrastructure_files BIGINT, dependency_files BIGINT, open_incidents BIGINT,
    open_hours DOUBLE, out_of_hours BOOLEAN, ai_authored_ratio DOUBLE,
    reverted_at TIMESTAMP, failed_at TIMESTAMP, failed_share DOUBLE, fingerprint UBIGINT
);
-- The model in force in a quarter, by its first day, as JSON (risk/model_in_force.py).
CREATE TABLE IF NOT EXISTS risk_models (quarter TIMESTAMP, fingerprint VARCHAR, document VARCHAR);
