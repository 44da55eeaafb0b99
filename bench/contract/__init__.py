"""What every method has to keep."""
