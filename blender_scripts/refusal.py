"""The one exception that becomes an error report; anything else is a bug and ends the worker."""


class Refusal(Exception):
    """A job that can't be done, with a reason from the protocol's list.

    Args:
        code: short snake_case reason.
        message: one line for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
