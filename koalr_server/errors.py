"""Errors whose text is meant for a person: one sentence saying what happened and what to do next."""


class ServerError(Exception):
    """Base of everything a command reports as one sentence and a non-zero status."""


class StoreError(ServerError):
    """The data folder cannot be opened, read or written."""


class StoreLockedError(StoreError):
    """Another process holds the data folder and offers no socket to hand work to."""


class InputError(ServerError):
    """What was given (a path, a file, an option) cannot be used."""


class ConflictError(ServerError):
    """The request contradicts what the store already holds, such as sample data into a real store."""
