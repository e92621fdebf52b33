"""Guided stories: what their scenes refer to, and what worlds like ours say of them.

The files are of `scenarios/`; here their rows of the record, outcomes and changes are looked up,
and outcomes are counted in simulated worlds. The pages that show a story stand in `lab`.
"""
