"""The YAML configuration tree, found by Hydra as pkg://conf."""
