"""Tells which fork server has loaded it."""

import os

PID = os.getpid()
