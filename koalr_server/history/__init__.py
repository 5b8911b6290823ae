"""What a commit graph tells: pull requests, reverts, releases, what a deployment contains. Pure; shas and lists in, rows out."""
