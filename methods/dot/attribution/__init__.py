"""The rules that attribute the forecasts of trained forecasters to their inputs."""
