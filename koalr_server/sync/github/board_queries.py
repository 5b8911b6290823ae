"""What is asked of GraphQL about boards of Projects (pure data).

Points are counted by lists within lists, so a query of each kind costs 1 of the hour's 5,000.
"""

BOARDS = """
query boards($owner: String!, $first: Int!, $after: String) {
  repositoryOwner(login: $owner) {
    ... on ProjectV2Owner {
      projectsV2(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { id updatedAt } }
    }
  }
}
"""
"""The boards of an organisation or a person."""

ITEMS = """
query items($board: ID!, $first: Int!, $after: String) {
  node(id: $board) {
    ... on ProjectV2 {
      items(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id updatedAt content { ... on Issue { id repository { nameWithOwner } } } }
      }
    }
  }
}
"""
"""The items of a board, as far as it shows which have changed."""

_TURNS = """
timelineItems(
  first: $first
  after: $after
  itemTypes: [ADDED_TO_PROJECT_V2_EVENT, PROJECT_V2_ITEM_STATUS_CHANGED_EVENT, REMOVED_FROM_PROJECT_V2_EVENT]
) {
  pageInfo { hasNextPage endCursor }
  nodes {
    __typename
    ... on AddedToProjectV2Event { createdAt project { id } }
    ... on ProjectV2ItemStatusChangedEvent { createdAt previousStatus status project { id } }
    ... on RemovedFromProjectV2Event { createdAt project { id } }
  }
}
"""

_STATES = """
query states($ids: [ID!]!%(variable)s) {
  nodes(ids: $ids) {
    __typename
    ... on ProjectV2Item {
      id
      updatedAt
      isArchived
      project { id }
      status: fieldValueByName(name: "Status") { ...value }
      state: fieldValueByName(name: "State") { ...value }
      stage: fieldValueByName(name: "Stage") { ...value }
      content { ... on Issue { ...issue } }
    }
    ... on Issue { ...issue }
  }
}
fragment value on ProjectV2ItemFieldSingleSelectValue { name updatedAt }
fragment issue on Issue { id number repository { nameWithOwner } %(turns)s }
"""

STATES = _STATES % {"variable": ", $first: Int = 100, $after: String", "turns": _TURNS}
"""Items, or issues that left their board, with their first moves."""

STATES_ALONE = _STATES % {"variable": "", "turns": ""}
"""The same for servers that do not tell moves."""

MORE_TURNS = f"""
query turns($id: ID!, $first: Int!, $after: String) {{
  node(id: $id) {{ ... on Issue {{ {_TURNS} }} }}
}}
"""
"""Further moves of an issue."""
