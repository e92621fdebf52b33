"""Concepts of political science: ``palca concept``, ``palca concepts`` and the page of all.

A concept is a contrast of arms, each a scenario: the arms are simulated, their measures compared,
and its claims checked. The concepts are files of `scenarios/`; none is written down here.
"""
