"""The inputs of a forecaster: sequences, surrogates, the linear path, feature screening."""
