"""GitHub over its REST API: repositories, pull requests, commits, deployments, issues, teams, Copilot."""
