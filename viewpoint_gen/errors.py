"""Every exception that viewgen raises on purpose.

::

    ViewgenError                 one clear line: what, which, expected, got, what to do
    ├── RecipeError              a recipe or an option is wrong
    ├── SourceError              a source of assets can't be read or is empty
    ├── AssetError               one asset failed; carries a code; the run goes on
    │   ├── FetchFailed          its file can't be brought onto this machine
    │   │   └── FetchInterrupted for a passing reason: the network, a busy server
    │   ├── ImportFailed         Blender (or the reader) refused the file
    │   ├── DeadlineExceeded     a stage of one asset took too long; its child was killed
    │   └── ChildDied            the Blender child went away while working on the asset
    ├── RunError                 a run directory can't be used
    │   ├── RunBusy              another process works on it
    │   ├── RecipeChanged        it was made with another recipe
    │   ├── RunIncomplete        a later stage needs what an earlier one hasn't written
    │   ├── NotPublishable       it holds an asset that may not be published
    │   └── StorageError         a file can't be read or written (full disk, no permission)
    ├── EnvironmentProblem       the machine lacks something (bpy, a system library, Ray)
    │   └── DeviceUnavailable    a device was asked for and isn't there
    ├── HubError                 the Hub can't be used as asked
    │   ├── NotLoggedIn          there is no token, or the Hub doesn't know it
    │   ├── HubRefused           the Hub forbids it, or knows no such thing
    │   └── HubUnreachable       it can't be reached, or fails; trying again may help
    ├── ModelError               a model can't be loaded, trained or asked as wanted
    ├── AssetsUsedUp             the run is whole, but holds fewer pairs than were asked for
    ├── Untruth                  verification found an answer or a file that is wrong
    └── Leak                     the audit answered questions without looking at both images

A rejection (a blank view, say) is a value and not an exception; a bug is any other exception and
stops the run.
"""

from __future__ import annotations

from typing import ClassVar


class ViewgenError(Exception):
    """Base of everything that viewgen raises on purpose; ``exit_code`` is the process's."""

    exit_code: ClassVar[int] = 2


class RecipeError(ViewgenError):
    """A recipe or a command-line option is wrong."""


class SourceError(ViewgenError):
    """A source of assets can't be read or has nothing in it."""

    exit_code = 3


class AssetError(ViewgenError):
    """One asset failed. The run records the code and goes on.

    Args:
        code: short snake_case reason that goes into the run's tables.
        message: one line for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class FetchFailed(AssetError):
    """The asset's file can't be brought onto this machine."""


class FetchInterrupted(FetchFailed):
    """A fetch ended for a passing reason; another try may bring the file.

    Args:
        wait_s: how long the server asks to wait before that; None: it didn't say.
    """

    def __init__(self, code: str, message: str, *, wait_s: float | None = None) -> None:
        super().__init__(code, message)
        self.wait_s = wait_s


class ImportFailed(AssetError):
    """The file's reader refused it."""


class DeadlineExceeded(AssetError):
    """A stage of one asset took longer than its deadline; the child was killed."""


class ChildDied(AssetError):
    """The Blender child went away while working on the asset."""


class RunError(ViewgenError):
    """A run directory can't be used as asked."""

    exit_code = 4


class RunBusy(RunError):
    """Another process is working on the run."""


class RecipeChanged(RunError):
    """The run was made with another recipe."""


class RunIncomplete(RunError):
    """A stage needs files that an earlier stage hasn't written."""


class NotPublishable(RunError):
    """The run holds an asset whose licence doesn't let it be published."""


class StorageError(RunError):
    """A file of the run can't be read or written."""


class EnvironmentProblem(ViewgenError):
    """The machine lacks something that the command needs."""

    exit_code = 5


class DeviceUnavailable(EnvironmentProblem):
    """A render device was asked for by name and isn't usable here."""


class HubError(ViewgenError):
    """The Hub can't be used as asked."""

    exit_code = 7


class NotLoggedIn(HubError):
    """There is no token, or the Hub doesn't know the one there is."""


class HubRefused(HubError):
    """The Hub forbids what was asked, or knows no such thing."""


class HubUnreachable(HubError):
    """The Hub can't be reached, or fails by itself; another try may succeed."""


class ModelError(ViewgenError):
    """A model can't be loaded, trained or asked as wanted."""

    exit_code = 8


class AssetsUsedUp(ViewgenError):
    """The run is whole and valid, but its assets gave fewer pairs than were asked for."""

    exit_code = 6


class Untruth(ViewgenError):
    """Verification found an answer or a file that is wrong."""

    exit_code = 1


class Leak(ViewgenError):
    """The audit answered a family's questions without looking at both images."""

    exit_code = 1
