"""Tries to cheat: answers a run's questions without looking at both images.

::

    questions  which questions, what is true     offers    what their options mean
    words      a question's text in numbers      pictures  one picture and its mask in numbers
    sight      every view in numbers             table     numbers with names
    marks      what marked points look like
    cheats     what each cheat may look at       guessing  how well it then guesses, and by what
    fixed_guesses  that need no learning         constants what one number for all is worth
    gate       how good is too good              report    a table and a file
    run        all of it, for one run
"""

from viewpoint_gen.audit.report import Report
from viewpoint_gen.audit.run import audit_run

__all__ = ["Report", "audit_run"]
