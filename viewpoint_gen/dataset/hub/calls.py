"""Calls of the Hub's client: with patience where that helps, and with one clear line where not."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx2
import tenacity
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

from viewpoint_gen.errors import HubError, HubRefused, HubUnreachable, NotLoggedIn

LOG_IN: Final = "log in with `hf auth login`, or set HF_TOKEN; the token needs the right to write"

_PASSING: Final = frozenset({408, 425, 429})
_SERVER_ERROR: Final = 500
_CHANGED: Final = frozenset({409, 412})

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How often a call that failed for a passing reason is made.

    The client itself tries a few times in each of them.

    Attributes:
        first_wait_s: before the second try; doubled before each further one.
    """

    attempts: int = 4
    first_wait_s: float = 2.0
    longest_wait_s: float = 60.0


def patiently(call: Callable[[], T], patience: Patience, *, about: str) -> T:
    """The call's result, after as many tries as it may take.

    Args:
        about: repository or file, for messages.

    Raises:
        HubError: whatever the client raised, in our words.
    """
    tries = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(patience.attempts),
        wait=tenacity.wait_exponential(patience.first_wait_s, max=patience.longest_wait_s),
        retry=tenacity.retry_if_exception_type(HubUnreachable),
        before_sleep=_tell,
        reraise=True,
    )

    def explained_call() -> T:
        with explained(about):
            return call()

    return tries(explained_call)


@contextlib.contextmanager
def explained(about: str) -> Iterator[None]:
    """Turn what the Hub's client raises into an error of ours.

    Raises:
        HubError: instead.
    """
    try:
        yield
    except CLIENT_ERRORS as error:
        raise _explain(error, about) from error


CLIENT_ERRORS: Final = (httpx2.HTTPError, OfflineModeIsEnabled, LocalTokenNotFoundError)


def _explain(error: BaseException, about: str) -> HubError:
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, HfHubHTTPError):
        return _explain_status(error, about)
    if isinstance(error, OfflineModeIsEnabled):
        return HubUnreachable(f"{about}: HF_HUB_OFFLINE forbids to use the Hub; unset it")
    if isinstance(error, LocalTokenNotFoundError):
        return NotLoggedIn(f"{about}: no token for the Hub; {LOG_IN}")
    return unreachable(about, said)


def unreachable(about: str, said: str) -> HubUnreachable:
    """The error of a call that may succeed another time."""
    return HubUnreachable(
        f"{about}: the Hub can't be reached ({said}); nothing half-sent is visible; run the same "
        "command again: it goes on where it stopped"
    )


def _explain_status(error: HfHubHTTPError, about: str) -> HubError:
    status = error.response.status_code
    said = f"HTTP {status}" + (f": {error.server_message}" if error.server_message else "")
    if status in _PASSING or status >= _SERVER_ERROR:
        return HubUnreachable(
            f"{about}: the Hub fails ({said}); nothing half-sent is visible; run the same command "
            "again later: it goes on where it stopped"
        )
    if status == httpx2.codes.UNAUTHORIZED:
        return NotLoggedIn(f"{about}: the Hub doesn't know the token ({said}); {LOG_IN}")
    if status == httpx2.codes.FORBIDDEN:
        return HubRefused(
            f"{about}: the Hub forbids it ({said}); is it your repository, and does the token "
            "have the right to write there?"
        )
    if status in _CHANGED:
        return HubRefused(
            f"{about}: somebody else has changed it meanwhile ({said}); look at it, then run the "
            "same command again"
        )
    return HubRefused(f"{about}: the Hub refuses ({said})")


def _tell(state: tenacity.RetryCallState) -> None:
    wait_s = state.next_action.sleep if state.next_action else 0.0
    error = state.outcome.exception() if state.outcome else None
    _log.warning("trying again in %.0f s: %s", wait_s, error)
