# %% [markdown]
# # Reading a result
#
# `lagbench run` keeps every graph, truth and score. Here a small run, as on the command line.

# %%
import numpy as np

from bench.__main__ import main
from bench.store import Store
from bench.store.long_table import long_table

command = "run method=[var,pcmci,random] simulator=[linear] n_samples=300 seeds=[0,1] name=example"
main(command.split())

# %% [markdown]
# One long table has a row per run and metric. `lagbench export` writes it to a file.

# %%
store = Store.open("results/example")
rows = long_table(store)
auprc = rows[(rows["metric"] == "auprc") & (rows["level"] == "window")]
print(auprc[["method", "seed", "value", "floor", "ceiling", "cpu_seconds"]].to_string(index=False))

# %% [markdown]
# Behind each score are the found graph and the true one.

# %%
key = auprc.loc[auprc["method"] == "pcmci", "key"].iloc[0]
pair = store.graphs(key)
assert pair is not None
found, truth = pair
print(found, truth)
missed = truth.adjacency & ~found.adjacency
wrong = found.adjacency & ~truth.adjacency
print(f"missed {missed.sum()} of {truth.adjacency.sum()} edges, and {wrong.sum()} are wrong")

# %% [markdown]
# Does it miss the weak ones? In a truth, scores are the sizes of the effects.

# %%
hit = truth.adjacency & found.adjacency
for word, edges in (("found", hit), ("missed", missed)):
    if edges.any():
        print(f"median effect of the edges {word}: {np.median(truth.scores[edges]):.2f}")
found.plot("found.png")
truth.plot("truth.png")
