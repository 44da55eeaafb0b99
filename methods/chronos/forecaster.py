"""The pretrained model as a forecaster of all variables one step ahead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn

from methods.types.errors import InputError
from methods.types.method import UnavailableError


def load(checkpoint: str) -> Any:
    """Return the `Chronos2Model` of a folder or of the local hub cache, frozen, in float32.

    No network request is made. The library by itself would make one, even for local files only.

    Raises
    ------
    UnavailableError
        If the package or the weights are not on this machine.
    ValueError
        If the checkpoint is not one of Chronos-2.
    """
    try:
        from chronos.chronos2 import Chronos2Model
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError
    except ImportError as error:
        raise UnavailableError(
            f"the package chronos-forecasting is missing ({error}); run "
            "pip install 'lagbench[chronos]'"
        ) from error
    try:
        folder = Path(checkpoint)
        if not folder.is_dir():
            folder = Path(snapshot_download(checkpoint, local_files_only=True))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = config.get("architectures")
        if kind != ["Chronos2Model"]:
            raise InputError(
                f"checkpoint: expected a Chronos2Model, found {kind} in {checkpoint!r}; give one "
                "of Chronos-2, such as amazon/chronos-2"
            )
        model = Chronos2Model.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    except (OSError, HFValidationError) as error:
        raise UnavailableError(
            f"no Chronos-2 weights in {checkpoint!r}, neither a folder nor in the hub's local "
            "cache; run `hf download amazon/chronos-2` where there is a network, or set "
            "checkpoint to a folder with config.json and model.safetensors"
        ) from error
    return model.eval().requires_grad_(False)


class Forecaster(nn.Module):
    """Median forecasts of the next step of every variable, given the past of all.

    Parameters
    ----------
    chronos
        A `Chronos2Model` in evaluation mode (its dropout would draw from a global generator).
    n_vars
        Number of variables.
    generator
        Draws normal node embeddings; None for no node embeddings. Their standard deviation is that
        of the model's own special tokens, which is the size that its layers expect.
    """

    def __init__(self, chronos: Any, n_vars: int, generator: Generator | None) -> None:
        super().__init__()
        self.chronos = chronos
        if generator is not None:
            special = chronos.shared.weight
            nodes = special.std() * torch.randn(n_vars, special.shape[1], generator=generator)
            chronos.input_patch_embedding = _WithNodes(chronos.input_patch_embedding, nodes)
        levels = torch.tensor(chronos.chronos_config.quantiles)
        self.median = int((levels - 0.5).abs().argmin())

    @property
    def longest_context(self) -> int:
        """Largest number of past steps that the model sees."""
        return int(self.chronos.chronos_config.context_length)

    def adaptable(self) -> list[nn.Parameter]:
        """Return the scales of the normalisation layers and the node embeddings."""
        from chronos.chronos2.layers import Chronos2LayerNorm

        kinds = (Chronos2LayerNorm, _WithNodes)
        modules = [module for module in self.modules() if isinstance(module, kinds)]
        return [p for module in modules for p in module.parameters(recurse=False)]

    def forward(self, contexts: Tensor) -> Tensor:
        """Forecast the row `(W, n_vars)` after each context `(W, C, n_vars)`."""
        forecasts = self._run(contexts, None).quantile_preds[:, self.median, 0]
        return forecasts.reshape(len(contexts), -1)  # type: ignore[no-any-return]

    def loss(self, contexts: Tensor, present: Tensor) -> Tensor:
        """Return the model's own loss of these forecasts: the pinball loss of all quantiles.

        `present` has shape `(W, n_vars)`. The loss is in the units of the scaled window. It is
        right up to a factor, because the model averages it over the steps of a patch.
        """
        return self._run(contexts, present.reshape(-1, 1)).loss  # type: ignore[no-any-return]

    def _run(self, contexts: Tensor, future: Tensor | None) -> Any:
        windows, _, n = contexts.shape
        group = torch.arange(windows, device=contexts.device).repeat_interleave(n)
        flat = contexts.transpose(1, 2).flatten(0, 1)
        return self.chronos(flat, group_ids=group, future_target=future)


class _WithNodes(nn.Module):
    """A patch embedding that adds a vector per variable to every patch of that variable."""

    def __init__(self, embedding: nn.Module, nodes: Tensor) -> None:
        super().__init__()
        self.embedding = embedding
        self.nodes = nn.Parameter(nodes, requires_grad=False)

    def forward(self, patches: Tensor) -> Tensor:
        """Embed patches of shape `(W * n_vars, P, features)`, variables of a window in order."""
        nodes = self.nodes.repeat(len(patches) // len(self.nodes), 1)
        return self.embedding(patches) + nodes[:, None]  # type: ignore[no-any-return]
