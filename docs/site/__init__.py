"""The documentation as a site: ``make site``.

Pages written by hand are in ``docs/``; reference pages are made here from the code, so that
they always agree with it. Zensical builds the site from both.
"""
