"""GitHub over its REST API and GraphQL: repositories, pull requests, commits, deployments, issues, boards, teams, Copilot."""
