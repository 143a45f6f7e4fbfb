"""What is wrong with a query."""


class ADQLError(ValueError):
    """The query cannot be carried out. The message says why, for the person who wrote it."""
