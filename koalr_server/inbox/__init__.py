"""Takes in what tools send: kept at once, read soon after; two threads beside the store's writer."""
