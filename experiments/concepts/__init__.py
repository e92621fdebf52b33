"""Concepts of political science as contrasts of arms: simulated, drawn, and as a gallery."""
