"""``palca lab``: the laboratory in a web page, for those who will not open a terminal twice.

A page asks for choices (:mod:`~palca.experiments.lab.form`), computes in the background
(:mod:`~palca.experiments.lab.scheduler`) and answers with plain blocks
(:mod:`~palca.experiments.lab.blocks`), which one template shows in native HTML.
"""
