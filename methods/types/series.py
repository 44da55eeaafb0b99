"""The series that a method gets: one or more segments of equally spaced observations.

Every check is made when a `TimeSeries` is built. An adapter need not check again for missing
values or constant columns. Reading files and frames is in `methods.types.reading`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from methods.types.reading.rules import Treatment


@dataclass(frozen=True, eq=False)
class TimeSeries:
    """Equally spaced observations of `n_vars` variables, in one or more segments.

    Parameters
    ----------
    segments
        Arrays of shape `(T_k, n_vars)`, oldest row first, stored as read-only float64. A window of
        lagged values never crosses the border between two segments.
    names
        One unique name per column.
    regimes
        An integer label per time step for each segment, shape `(T_k,)`. Given only if the
        experiment says that the regimes are known.
    has_missing
        Whether NaN marks a missing value. Without it NaN is refused. Methods whose
        `handles.missing` is not set decline such a series.
    notes
        What was found and done when the series was read, one sentence each.
    times
        The time of every row as text, shape `(T_k,)` for each segment, where a frame had times.

    Raises
    ------
    ValueError
        If a segment is not 2-D or not numeric, widths differ, or a name is doubled. Also if a
        value is missing or infinite, a column is constant, or the labels do not fit. The message
        names column and row, what was expected, what was found and what to do.
    """

    segments: tuple[FloatArray, ...]
    names: tuple[str, ...]
    regimes: tuple[IntArray, ...] | None = None
    has_missing: bool = False
    notes: tuple[str, ...] = ()
    times: tuple[NDArray[np.str_], ...] | None = None

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.names)
        object.__setattr__(self, "names", names)
        _check_names(names)
        if len(self.segments) == 0:
            raise InputError("segments: expected at least one array, found none; pass [array]")
        segments = tuple(
            _as_segment(s, k, names, self.has_missing) for k, s in enumerate(self.segments)
        )
        object.__setattr__(self, "segments", segments)
        _check_not_constant(segments, names, "rows 0 to the last")
        if self.regimes is not None:
            object.__setattr__(self, "regimes", _as_labels(self.regimes, segments))

    @classmethod
    def from_array(
        cls,
        values: ArrayLike,
        names: Sequence[str] | None = None,
        regimes: ArrayLike | None = None,
    ) -> Self:
        """Build a series of one segment from `(T, n_vars)` values and optional `(T,)` labels."""
        return cls.from_segments([values], names, None if regimes is None else [regimes])

    @classmethod
    def from_segments(
        cls,
        segments: Sequence[ArrayLike],
        names: Sequence[str] | None = None,
        regimes: Sequence[ArrayLike] | None = None,
    ) -> Self:
        """Build a series from segments of shape `(T_k, n_vars)`; names default to X0, X1, ..."""
        arrays = tuple(np.asarray(segment) for segment in segments)
        if names is None:
            width = arrays[0].shape[1] if arrays and arrays[0].ndim == 2 else 1
            names = [f"X{i}" for i in range(width)]
        labels = None if regimes is None else tuple(np.asarray(r) for r in regimes)
        return cls(arrays, tuple(names), labels)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        time: str | None = None,
        unit: str | None = None,
        **treatment: Unpack[Treatment],
    ) -> Self:
        """Build a series from a frame with one row per time step and one column per variable.

        What was found and done is in `notes`. Whatever changes, sorts or cuts the data is a
        `UserWarning` too.

        Parameters
        ----------
        frame
            Numbers, whole numbers or booleans in every column but those of `time` and `unit`.
        time
            Column or index of the times: dates or numbers. Rows are sorted by it. Times have to
            be whole multiples of one step apart (also months, or weekdays), and the series is cut
            where steps are missing. Without it, the one obvious candidate is taken: an index or a
            column of dates, columns `year`, `month`, ..., or a column of numbers named `time`,
            `date`, `datetime`, `timestamp` or `year`. If there is none, rows are one step apart
            and the oldest comes first.
        unit
            Column that tells the units of a panel apart. Each is a segment of its own.
        treatment
            `missing`, `max_lag`, `standardise_units`, `difference`, `detrend` and `deseason`; see
            `methods.types.reading.rules.Treatment`.

        Raises
        ------
        ValueError
            For text in a column, a time that is there twice or no time, uneven steps, or missing
            values. Also for a column that looks like a row number or like the number of a unit,
            and for everything that `TimeSeries` itself refuses.
        """
        from methods.types.reading.notes import Notes
        from methods.types.reading.read import read_frame
        from methods.types.reading.rules import Rules

        rules = Rules(time=time, unit=unit, **treatment)
        names, segments, times, notes = read_frame(frame, rules, Notes())
        return cls(
            tuple(segments),
            tuple(names),
            has_missing=any(bool(np.isnan(segment).any()) for segment in segments),
            notes=tuple(notes),
            times=None if times is None else tuple(times),
        )

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        *,
        time_column: str | None = None,
        unit_column: str | None = None,
        **treatment: Unpack[Treatment],
    ) -> Self:
        """Read a file with one header line and one named column per variable.

        Parameters
        ----------
        path
            Text ending in `.csv`, `.tsv` or `.txt`, or one of these and `.gz`; `.parquet`; or
            `.feather`. In text the separator (comma, semicolon, tab, bar, spaces), the decimal
            mark (point, comma) and the letters (UTF-8, UTF-16, Latin-1) are found from the file.
        time_column, unit_column
            `time` and `unit` of `from_frame`.
        treatment
            As in `from_frame`.

        Raises
        ------
        ValueError
            For an unknown ending, a missing header or a doubled name. Also for everything that
            `from_frame` refuses.
        """
        from methods.types.reading.notes import Notes
        from methods.types.reading.tables import read_table

        notes = Notes()
        frame = read_table(Path(path), notes)
        series = cls.from_frame(frame, time=time_column, unit=unit_column, **treatment)
        return replace(series, notes=(*notes, *series.notes))

    @property
    def n_vars(self) -> int:
        """Number of variables."""
        return len(self.names)

    @property
    def n_samples(self) -> int:
        """Number of time steps, over all segments."""
        return sum(len(segment) for segment in self.segments)

    def require_rows(self, max_lag: int) -> None:
        """Raise ValueError unless every segment has at least `max_lag + 2` rows."""
        for k, segment in enumerate(self.segments):
            if len(segment) < max_lag + 2:
                raise InputError(
                    f"segment {k}: expected at least max_lag + 2 = {max_lag + 2} rows, found "
                    f"{len(segment)}; lower max_lag or give a longer series"
                )

    def require_variation(self, max_lag: int) -> None:
        """Raise ValueError unless every column varies over the windows at every lag.

        A column may vary in the first or the last rows alone. Shifted by a lag it is then
        constant.
        """
        for lag in range(max_lag + 1):
            shifted = tuple(s[max_lag - lag : len(s) - lag] for s in self.segments)
            _check_not_constant(shifted, self.names, f"windows of max_lag {max_lag} at lag {lag}")

    def take(self, columns: Sequence[int]) -> Self:
        """Return the series of the given columns, in the given order."""
        picked = [np.ascontiguousarray(segment[:, list(columns)]) for segment in self.segments]
        names = tuple(self.names[c] for c in columns)
        return replace(self, segments=tuple(picked), names=names)

    def standardized(self) -> Self:
        """Return the series with mean 0 and standard deviation 1 per column over all segments."""
        # Dividing by the largest value first keeps squares finite at any scale.
        peak = np.fmax.reduce([np.fmax.reduce(np.abs(s), axis=0) for s in self.segments])
        scaled = [segment / peak for segment in self.segments]
        total, count = (
            (np.nansum, self._observed()) if self.has_missing else (np.sum, self.n_samples)
        )
        mean = sum(total(s, axis=0) for s in scaled) / count
        centred = [s - mean for s in scaled]
        sd = np.sqrt(sum(total(s**2, axis=0) for s in centred) / count)
        return replace(self, segments=tuple(s / sd for s in centred))

    def _observed(self) -> IntArray:
        """Return the number of values that are not missing, `(n_vars,)`."""
        return np.asarray(sum(np.isfinite(s).sum(axis=0) for s in self.segments))

    def windows(
        self, max_lag: int, chunk: int = 65_536
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Iterate over lagged windows that stay within their segment, oldest first.

        Parameters
        ----------
        max_lag
            Largest lag, in steps.
        chunk
            Largest number of windows in one item, which bounds the memory held at once.

        Yields
        ------
        past, present
            `past[w, cause, lag - 1]` of shape `(W, n_vars, max_lag)` and `present[w, effect]` of
            shape `(W, n_vars)`.
        """
        for segment in self.segments:
            for start in range(max_lag, len(segment), chunk):
                stop = min(start + chunk, len(segment))
                past = np.stack(
                    [segment[start - lag : stop - lag] for lag in range(1, max_lag + 1)], axis=2
                )
                yield past, segment[start:stop]


def _check_names(names: tuple[str, ...]) -> None:
    if not names:
        raise InputError("names: expected at least one variable, found none")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InputError(
            f"names: expected unique names, found {doubled} more than once; rename the columns"
        )


def _as_segment(
    values: Any, k: int, names: tuple[str, ...], has_missing: bool = False
) -> FloatArray:
    if values.ndim != 2:
        raise InputError(
            f"segment {k}: expected a 2-D array (time, variable), found {values.ndim}-D of shape "
            f"{values.shape}; one variable is an array of shape (T, 1)"
        )
    if values.shape[1] != len(names):
        raise InputError(
            f"segment {k}: expected {len(names)} columns ({', '.join(names[:5])}"
            f"{', ...' if len(names) > 5 else ''}), found {values.shape[1]}; give every segment "
            "the same columns and one name per column"
        )
    if len(values) == 0:
        raise InputError(f"segment {k}: expected at least one row, found none")
    if values.dtype.kind not in "fiub":
        raise InputError(
            f"segment {k}: expected numbers, found dtype {values.dtype}; convert with "
            ".astype(float)"
        )
    # A copy, so that a later change of the given array cannot change a checked series.
    segment: FloatArray = np.array(values, dtype=np.float64, order="C")
    segment.flags.writeable = False
    finite = ~np.isinf(segment) if has_missing else np.isfinite(segment)
    if not finite.all():
        row, column = (int(index) for index in np.argwhere(~finite)[0])
        count = int((~finite[:, column]).sum())
        raise InputError(
            f"column {names[column]!r}, row {row} of segment {k}: expected a finite number, "
            f"found {segment[row, column]} ({count} such rows in this column); fill or drop "
            "them, or split the series there"
        )
    return segment


def _check_not_constant(
    segments: tuple[FloatArray, ...], names: tuple[str, ...], where: str
) -> None:
    # The first rows settle nearly every column, which saves a pass over a long series.
    for column in np.flatnonzero(standing_still([segments[0][:1000]])):
        if standing_still([segment[:, [column]] for segment in segments])[0]:
            raise InputError(
                f"column {names[column]!r}, {where}: expected values that vary, found the "
                f"constant {segments[0][0, column]:g}; drop the column"
            )


def standing_still(segments: Sequence[FloatArray]) -> NDArray[np.bool_]:
    """Whether each column varies by less than rounding, whatever its unit."""
    # These two pass over NaN, which marks a missing value.
    low = np.fmin.reduce([np.fmin.reduce(segment, axis=0) for segment in segments])
    high = np.fmax.reduce([np.fmax.reduce(segment, axis=0) for segment in segments])
    # Halves, because the range of huge values may overflow.
    spread = high / 2 - low / 2
    return np.asarray(spread <= 4 * np.finfo(float).eps * np.maximum(np.abs(low), np.abs(high)))


def _as_labels(
    regimes: tuple[IntArray, ...], segments: tuple[FloatArray, ...]
) -> tuple[IntArray, ...]:
    if len(regimes) != len(segments):
        raise InputError(
            f"regimes: expected one label array per segment ({len(segments)}), found "
            f"{len(regimes)}"
        )
    for k, (labels, segment) in enumerate(zip(regimes, segments, strict=True)):
        if labels.shape != (len(segment),) or labels.dtype.kind not in "iu":
            raise InputError(
                f"regimes of segment {k}: expected {len(segment)} integers, one per row, found "
                f"shape {labels.shape} of dtype {labels.dtype}"
            )
    copies = tuple(np.array(labels, dtype=np.int64) for labels in regimes)
    for labels in copies:
        labels.flags.writeable = False
    return copies
