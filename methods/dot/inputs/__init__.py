"""What the forecaster sees: windows, surrogates, the linear path, feature screening."""
