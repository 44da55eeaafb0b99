"""Training of the forecasters: the model, its loss, the optimiser, and the steps around it."""
