"""How risky a pull request looks beside those merged before it (docs/METRICS.md#pull-request-risk)."""
