"""A run's questions in the formats of trainers and evaluators.

::

    selection  which questions              items        a question as every format needs it
    folder     the new folder, its images   parquet      shards with embedded images
    formats/   one small writer per format  shipped/     files that are handed out as they are
    run        the way through              attribution  whose work the images show

A run goes through as one stream of items; a format only says where each item's parts belong.
"""

from viewpoint_gen.dataset.export.formats import FORMATS, format_named
from viewpoint_gen.dataset.export.run import ExportSummary, export_run
from viewpoint_gen.dataset.export.selection import Selection

__all__ = ["FORMATS", "ExportSummary", "Selection", "export_run", "format_named"]
