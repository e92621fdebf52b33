"""The documentation as a site: ``make site``.

Pages written by hand stand in ``docs/``; pages of reference are made here from the code, so that
they can't drift from it. Zensical makes the site of both.
"""
