"""Measurements: speed is told here, and asserted nowhere."""
