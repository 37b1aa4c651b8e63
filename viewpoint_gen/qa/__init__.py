"""Questions about pairs of views: facts, families, wording, balance, scoring.

Works on Arrow tables and NumPy columns that are handed to it; reads no pixel and no file of a run.

::

    config    thresholds and tolerances              facts     a pairs table as columns of numbers
    families  which facts decide, when to refuse     phrasing  the texts, which are data (wording/)
    confusable  which true answers hang on a view that looks like another
    cues      what could give an answer away         balance   which true questions to keep
    build     pairs in, rows and refusals out        summary   counts, and why a family has none
    prompt    a row as a model is asked it           score     what an answer is worth
    aggregate many scores in a few numbers              groups    questions that must agree
"""
