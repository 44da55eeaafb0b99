"""Series that others recorded or generated, with a graph that is known beforehand.

No data are shipped. `Recorded` is a kind of simulator that draws its systems from a folder on
disk, so sweeps, the store, scores and reports work on them as on any other. A module of this
package reads one format: `names(folder)` returns the names of the sets in it, and
`read(folder, name)` the series and the truth of one. `plain` is the format to write for data of
your own.
"""

from simulators.recorded.recorded import Recorded, Recording

__all__ = ["Recorded", "Recording"]
