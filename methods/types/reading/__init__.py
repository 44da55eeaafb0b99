"""Reading files and frames as people have them: tables, times, units, missing values."""
