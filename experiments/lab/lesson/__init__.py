"""What a class uses: the first page, the guided story, worksheets, and the link that invites it.

Pages here explain and ask; what they show of worlds comes from `stories` and from the modules of
`lab`. Tools for free exploration stand a folder higher.
"""
