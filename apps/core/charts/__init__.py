"""Charts, computed here and drawn as SVG by `components/chart.html`.

Pure: series in, geometry, a sentence, table rows and CSV out. Coordinates are text already, because a template would
write 12.5 as « 12,5 » in French. On a phone the stylesheet enlarges the text by half: names therefore stand above what
they name, inside the drawing, where they cannot push the page wider.
"""

from apps.core.charts.bars import bar_chart, histogram
from apps.core.charts.grids import state_chart
from apps.core.charts.lines import line_chart, sparkline
from apps.core.charts.matrices import matrix_chart
from apps.core.charts.scales import bins_of
from apps.core.charts.shapes import Band, Bin, Chart, Limit, Series

__all__ = [
    "Band",
    "Bin",
    "Chart",
    "Limit",
    "Series",
    "bar_chart",
    "bins_of",
    "histogram",
    "line_chart",
    "matrix_chart",
    "sparkline",
    "state_chart",
]
