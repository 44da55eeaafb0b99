"""What is asked: composed with Hydra, checked, and expanded to cells."""
