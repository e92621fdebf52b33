"""``palca lab``: the laboratory as a web page.

A page asks for choices (`form`) and computes in the background (`scheduler`) what `cases` runs and
`kept` holds in memory; a visitor's state is his `session`. It answers with plain `blocks`, which
one template shows in native HTML. Only `cli` may import from here.
"""
