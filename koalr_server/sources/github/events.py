"""Events that no webhook has, by which the sync hands over what only the REST API and GraphQL tell (pure data).

`repository` is a repository object, of which `full_name` is enough; `pull_request` and `issue` are objects, of which `number` is
enough; lists are whole, all pages joined. `read_at` is the `Date` of GitHub's answer: the only time there is for such a list.

====================================  ====================================================================================
Event                                 Body
====================================  ====================================================================================
`PULL_REQUEST_COMMITS`                `{repository, pull_request, commits: [...]}`
`PULL_REQUEST_FILES`                  `{repository, pull_request, files: [{filename, additions, deletions}, ...]}`: all that it
                                      changes, or the first 3,000 of it
`PULL_REQUEST_CHECK_RUNS`             `{repository, pull_request, check_runs: [...]}`, of its head commit
`COMMIT_STATUSES`                     `{repository, sha, statuses: [...]}`, of each context the last
`PULL_REQUEST_TIMELINE`               `{repository, pull_request, timeline: [...]}`
`COMMIT`                              `{repository, commit}`, of the default branch
`CODEOWNERS`                          `{repository, commit, pull_requests: [{number, merged_at, merge_commit_sha, base}, ...],
                                      codeowners}`: a commit of the default branch that touched such a file, the pull requests that
                                      brought it, and the contents of the file in force once it had come, null if there was none
`TAG`                                 `{repository, tag: {name, commit: {sha}}, read_at}`
`ISSUE_TIMELINE`                      `{repository, issue, timeline: [...]}`
`ISSUE_BOARDS`                        `{repository, issue, timeline: [...], projects_v2_item}`: all moves of an issue on boards of
                                      Projects, and where it stands on one, unless it left that: `{node_id, project_node_id,
                                      archived, updated_at, status, state, stage}`, each of the last three null or `{name,
                                      updated_at}`
`TEAM_MEMBERS`                        `{organization, team, members: [...], read_at}`
`TEAM_REPOSITORIES`                   `{organization, repositories: [full name, ...], teams: [{id, name, repositories: [full
                                      name, ...]}, ...], read_at}`: one body per organisation, so that who left is seen
====================================  ====================================================================================

Objects with a webhook of their own come in its envelope, with the action "synced"; a release that was seen to change also with
`read_at`, for some servers do not date that. A team comes with `read_at` too, and with the action "unlisted" once it is no longer in
the list of its organisation.
"""

PULL_REQUEST_COMMITS = "pull_request_commits"
PULL_REQUEST_FILES = "pull_request_files"
PULL_REQUEST_CHECK_RUNS = "pull_request_check_runs"
COMMIT_STATUSES = "commit_statuses"
PULL_REQUEST_TIMELINE = "pull_request_timeline"
COMMIT = "commit"
CODEOWNERS = "codeowners"
TAG = "tag"
ISSUE_TIMELINE = "issue_timeline"
ISSUE_BOARDS = "issue_boards"
TEAM_MEMBERS = "team_members"
TEAM_REPOSITORIES = "team_repositories"
