"""The networks that learn what the linear path leaves, one file each."""
