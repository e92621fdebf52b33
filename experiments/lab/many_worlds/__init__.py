"""Pages that ask many worlds at once: of a change, of the record, of ranges, of concepts, of rules.

A page fills a form, computes through `cases` or `twin_worlds` (worlds like ours and their twins),
and answers in sentences, tables and pictures of its own. A single world's tale doesn't belong here.
"""
