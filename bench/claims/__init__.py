"""What is claimed, judged by what was measured."""
