"""The time the sample covers, naive UTC."""

from datetime import datetime

BEGINS_AT = datetime(2025, 1, 1)  # noqa: DTZ001 - the store keeps naive UTC
# The midnight after the last day of the data.
ENDS_AT = datetime(2025, 4, 1)  # noqa: DTZ001 - the store keeps naive UTC
