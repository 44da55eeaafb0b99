# %% [markdown]
# # Methods on a system of your own
#
# Which method finds the graph of systems such as yours? A simulator draws them, one per seed, and
# knows their graphs. `lagbench list simulators` shows the named ones, and
# `simulators.structural.Structural` has the parameters that can differ.

# %%
from bench import compare, simulator, table
from methods import PCMCI

systems = {
    "linear": simulator("linear", {"graph.n_vars": 5, "graph.max_lag": 3}),
    "monotonic": simulator("monotonic", {"graph.n_vars": 5, "graph.max_lag": 3}),
}
methods = {
    "pcmci": "pcmci",
    "pcmci, strict": PCMCI(alpha=0.0001),
    "var": "var",
    "correlation": "correlation",
    "random": "random",
}
results = compare(systems, methods, n_samples=[100, 500], seeds=[0, 1, 2])

# %% [markdown]
# AUPRC asks how well links are ranked. The last two rows say what a random ranking and an oracle
# get: a score means little without them.

# %%
print(table(results, "auprc").round(2).to_string())

# %% [markdown]
# `f1@own` asks for the right edges, by the decision of each method.

# %%
print(table(results, "f1@own").round(2).to_string())

# %% [markdown]
# Three systems are few. The spread over them is in the frame; for an answer to rely on, take
# `lagbench run` with more seeds, which also keeps every result and gives intervals.

# %%
auprc = results[(results["metric"] == "auprc") & (results["level"] == "window")]
spread = auprc.pivot_table("value", "method", "system", aggfunc=["min", "max"])
print(spread.round(2).to_string())
