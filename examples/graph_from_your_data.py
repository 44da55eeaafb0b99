# %% [markdown]
# # A graph from your data
#
# One row per time step, one column per variable. Here rain fills a river two days later, and the
# river wets the soil the day after; in place of this frame, read your own.

# %%
import numpy as np
import pandas as pd

from methods import TimeSeries, discover

rng = np.random.default_rng(0)
noise = rng.standard_normal((600, 3))
rain, river, soil = noise.T.copy()
for t in range(2, 600):
    river[t] += 0.5 * river[t - 1] + 0.9 * rain[t - 2]
    soil[t] += 0.7 * river[t - 1]
days = pd.date_range("2024-01-01", periods=600, freq="D")
frame = pd.DataFrame({"rain": rain, "river": river, "soil": soil}, index=days)

# %% [markdown]
# `max_lag` is in rows. `alpha` is a parameter of PCMCI; `docs/methods.md` lists those of every
# method. Without `method` it is `dot`, which also sees nonlinear effects and takes longer.

# %%
graph = discover(frame, max_lag=3, method="pcmci", alpha=0.001)
graph  # noqa: B018 - a notebook shows it as a table

# %%
edges = graph.to_frame().query("selected").sort_values("score", ascending=False)
print(edges.to_string(index=False))

# %% [markdown]
# Arrays are `[cause, effect, lag]`, as in tigramite.

# %%
strength = graph.scores[graph.names.index("rain"), graph.names.index("river"), 2]
print(f"rain -> river after 2 days: {strength:.2f}")
graph.plot("graph.png")

# %% [markdown]
# Where rows are missing, or there are several units or a trend, say what is to be done. What was
# found and done is in `notes`.

# %%
holes = frame.copy()
holes.iloc[300, 0] = np.nan
series = TimeSeries.from_frame(holes, missing="split")
print(series.notes)
again = discover(series, max_lag=3, method="pcmci", alpha=0.001)
