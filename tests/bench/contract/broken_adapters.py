"""Adapters that each break one clause of the contract and keep all the others."""

import dataclasses
import sys
import time
from dataclasses import dataclass, field

import numpy as np

from methods import DeclinedError, Handles, LaggedGraph, Method, TimeSeries, UnavailableError
from methods.floors.correlation import Correlation
from methods.linear.var import VAR as Knowing


class VAR(Knowing):
    """Takes no knowledge, so that what is derived from it need not either."""

    handles = Handles()


def scores_of_var(series, max_lag):
    return VAR().discover(series, max_lag=max_lag, rng=np.random.default_rng(0)).scores


class WalksFrames(VAR):
    def discover(self, series, *, max_lag, rng):
        frame = sys._getframe()
        while frame is not None:
            if isinstance(truth := frame.f_locals.get("truth"), LaggedGraph):
                return LaggedGraph(
                    np.where(np.arange(max_lag + 1), truth.scores, np.nan), truth.names
                )
            frame = frame.f_back
        return VAR().discover(series, max_lag=max_lag, rng=rng)


class Transposed(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        return LaggedGraph(scores.swapaxes(0, 1), series.names)


class OldestLagFirst(VAR):
    def discover(self, series, *, max_lag, rng):
        return LaggedGraph.from_lags(scores_of_var(series, max_lag)[:, :, :0:-1], series.names)


class WrongShape(VAR):
    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(scores_of_var(series, max_lag)[:, :, 1:], series.names)


class Infinite(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        return LaggedGraph(np.where(scores == np.nanmax(scores), np.inf, scores), series.names)


class SilentlyInstantaneous(VAR):
    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(np.nan_to_num(scores_of_var(series, max_lag)), series.names)


class ForgetsWhatIsKnown(VAR):
    handles = Handles(knowledge=True)

    def discover(self, series, *, max_lag, rng, knowledge=None):
        return VAR().discover(series, max_lag=max_lag, rng=rng)


class MarksNoEdge(VAR):
    def discover(self, series, *, max_lag, rng):
        graph = VAR().discover(series, max_lag=max_lag, rng=rng)
        return dataclasses.replace(graph, marks=np.full(graph.scores.shape, ""))


class DoubtsItsMarks(VAR):
    def discover(self, series, *, max_lag, rng):
        graph = VAR().discover(series, max_lag=max_lag, rng=rng)
        marks = np.where(np.isnan(graph.scores), "", "-->")
        return dataclasses.replace(graph, marks=marks)


class OwnCauseAtOnce(VAR):
    handles = Handles(instantaneous=True)

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(np.nan_to_num(scores_of_var(series, max_lag)), series.names)


class Glues(VAR):
    def discover(self, series, *, max_lag, rng):
        glued = TimeSeries.from_array(np.concatenate(series.segments), series.names)
        return LaggedGraph(scores_of_var(glued, max_lag), series.names)


class GluesTrivially(Correlation):
    handles = dataclasses.replace(Correlation.handles, missing=False)

    def discover(self, series, *, max_lag, rng):
        glued = TimeSeries.from_array(np.concatenate(series.segments), series.names)
        return super().discover(glued, max_lag=max_lag, rng=rng)


class TakesSegmentsItDenies(Method):
    handles = Handles(segments=False)

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


# Put in its place after the class was made, an unchecked discover is really unchecked.
def _unchecked(self, series, *, max_lag, rng):
    return LaggedGraph(scores_of_var(series, max_lag), series.names)


TakesSegmentsItDenies.discover = _unchecked


class OwnRandomness(VAR):
    handles = Handles(stochastic=True)

    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        return LaggedGraph(
            scores + 1e-6 * np.random.default_rng().random(scores.shape), series.names
        )


class ChangesTheSeries(VAR):
    def discover(self, series, *, max_lag, rng):
        for segment in series.segments:
            segment.flags.writeable = True
            segment *= 2
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class FavoursFirstColumns(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        favour = 1 + 0.01 * np.arange(series.n_vars)[:, None, None]
        return LaggedGraph(scores / favour, series.names)


class UnstableRanking(VAR):
    handles = Handles(stochastic=True)

    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag).copy()
        scores[0, 0] += 100.0 * (series.names[0] == "X2")
        return LaggedGraph(scores, series.names)


class Positional(Method):
    handles = Handles()

    def __init__(self, alpha=0.01):
        self.alpha = alpha

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class ConvertsItsParameter(Method):
    handles = Handles()

    def __init__(self, *, layers=(8, 8)):
        self.layers = str(layers)

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class BuildsInConstructor(Method):
    handles = Handles()

    def __init__(self, *, size=3):
        self.size = size
        self.weights = np.zeros(3)

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class NoDefault(Method):
    handles = Handles()

    def __init__(self, *, size):
        self.size = size

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class Forgiving(VAR):
    pass


def _forgiving(self, series, *, max_lag, rng):
    return VAR().discover(series, max_lag=max(1, int(max_lag)), rng=np.random.default_rng(0))


Forgiving.discover = _forgiving


@dataclass(frozen=True, kw_only=True)
class HoldsTheTruth(VAR):
    truth: LaggedGraph = field(default_factory=lambda: LaggedGraph(np.zeros((1, 1, 2)), ("X0",)))


class DeclinesEverything(VAR):
    def discover(self, series, *, max_lag, rng):
        raise DeclinedError("not today")


def doubled(series):
    values = series.segments[0]
    return series.n_vars == 4 and np.array_equal(values[:, 0], values[:, 3])


class SilentWhereItCannotTell(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        return LaggedGraph(np.where(doubled(series), 0 * scores, scores), series.names)


class HalfSilent(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag).copy()
        if doubled(series):
            scores[3] = np.nan
        return LaggedGraph(scores, series.names)


class LosesTheEdge(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        return LaggedGraph(np.where(doubled(series), 1 / scores, scores), series.names)


class SelectsNothing(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag)
        adjacency = np.nan_to_num(scores) > 4 + 1e9 * doubled(series)
        return LaggedGraph(scores, series.names, adjacency)


class RaisesWhatALibraryRaises(VAR):
    def discover(self, series, *, max_lag, rng):
        if doubled(series):
            np.linalg.inv(np.zeros((2, 2)))
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class Hangs(VAR):
    def discover(self, series, *, max_lag, rng):
        if doubled(series):
            time.sleep(1)
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class HasAThresholdInUnits(VAR):
    def discover(self, series, *, max_lag, rng):
        graph = VAR().discover(series, max_lag=max_lag, rng=rng)
        moves = series.segments[0].std(axis=0) > 1e-9
        return LaggedGraph(graph.scores, series.names, graph.adjacency & moves[:, None, None])


class RefusesUnits(VAR):
    def discover(self, series, *, max_lag, rng):
        if series.segments[0].max() > 1e9:
            raise DeclinedError("values of more than 1e9")
        return LaggedGraph(scores_of_var(series, max_lag), series.names)


class ScoresInUnits(VAR):
    def discover(self, series, *, max_lag, rng):
        scores = scores_of_var(series, max_lag) * series.segments[0].std(axis=0)[:, None, None]
        return LaggedGraph(scores, series.names)


class LacksItsWeights(VAR):
    """Breaks no clause: it says that it cannot run here."""

    def discover(self, series, *, max_lag, rng):
        raise UnavailableError("no weights")
