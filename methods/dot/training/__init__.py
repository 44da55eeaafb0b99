"""Fitting the forecasters."""
