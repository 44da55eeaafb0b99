"""Shipped profiles: each composes, and its claims find the cells that they are about."""

import functools
from dataclasses import replace

import pytest

from bench.analysis.experiment import experiment_results
from bench.analysis.leaderboard import usual_settings
from bench.analysis.rows import Labels
from bench.claims import Evidence, judge
from bench.config.claim import paper_claims
from bench.config.compose import cells_of, experiments, options
from bench.run.cell import base_record

pytestmark = pytest.mark.slow


@functools.cache  # it takes seconds
def composed(profile):
    """Return the experiments of a profile and its settings."""
    return experiments([f"profile={profile}"])


# The data of `external` are not shipped; it has a test of its own, on a folder that looks alike.
@pytest.mark.parametrize("profile", sorted(set(options("profile")) - {"external"}))
def test_every_profile_composes(profile):
    planned, settings = composed(profile)
    cells = cells_of(planned)
    assert {c.method for c in cells} >= {settings.ablation} - {None}
    assert len(cells) > len(settings.experiments)


@pytest.mark.parametrize(("profile", "n_systems"), [("dot", 5), ("home_ground", 3)])
def test_every_claim_of_a_profile_finds_its_systems(profile, n_systems):
    planned, settings = composed(profile)
    cells = {cell.key: cell for part in planned for cell in part.cells}
    scores = {"value": 0.5, "floor": 0.1, "ceiling": 1.0}

    def read(key):
        metrics = {f"window/union/{m}": scores for m in names if ":" not in m}
        metrics |= {"/union/".join(m.split(":")): scores for m in names if ":" in m}
        return base_record(cells[key], status="ok", metrics=metrics)

    names = {claim.metric.replace("fdr@", "precision@") for claim in settings.claims}
    names |= {claim.against for claim in settings.claims if isinstance(claim.against, str)}
    results = [experiment_results(part, read, names) for part in planned]
    evidence = Evidence(results, cells, usual_settings(list(cells.values())))
    for verdict in judge(settings.claims, evidence):
        (reading,) = verdict.readings.values()
        assert reading.score.n == n_systems, verdict
        if isinstance(verdict.claim.against, list):
            assert reading.rival in verdict.claim.against


@pytest.mark.parametrize("profile", ["laptop", "paper"])
def test_what_is_published_and_claimed_of_a_variant_finds_its_cells(small, profile):
    """With every cell run, no name of a variant is without cells, or fits several."""
    planned, _ = composed(profile)
    for part in planned:
        labels = Labels(part.cells)
        ours = {labels.method(cell) for cell in part.cells}
        named = {name for entry in part.view.published for name in entry.methods.values()}
        assert {name for name in named if " " in name} <= ours, part.name
    cells = {cell.key: cell for part in planned for cell in part.cells}
    done = base_record(next(iter(cells.values())), **small.record(0.5))
    results = [experiment_results(p, lambda key: done) for p in planned if not p.view.cuts]
    evidence = Evidence(results, cells, usual_settings(list(cells.values())))
    run = {(part.name, cell.method) for part in planned for cell in part.cells}
    variants = [claim for claim in paper_claims() if claim.parameters]
    assert len(variants) > 3
    for claim in variants:
        other = replace(claim, **{"versus": {}, **claim.versus})
        for side in (claim, other):
            if (side.experiment, side.methods[0]) in run:
                assert len(evidence.find(side, side.methods[0], "f1 fair").scores), side
