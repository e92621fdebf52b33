"""A small concept file that is whole, for tests to change."""

WHOLE = """
title = "A concept"
definition = "What it is. What follows."
literature = ["Author 1990, Title, Journal"]
against = "What would count against it."
question = "What for?"

[[arm]]
name = "a"
title = "as it is"

[[arm]]
name = "b"
title = "with a change"
set = ["coup_trap=0"]

[[measure]]
name = "level"
title = "a level"
unit = "share"
mean_of = "legitimacy"
among = "date >= 1970-01"
window = [0, 6]

[[claim]]
says = "One exceeds the other."
holds = "a.level > b.level"
least = 0.01
because = "Nobody would notice less."
otherwise = "Nothing moves it."

[drawn]
title = "legitimacy"
unit = "share"
mean_of = "legitimacy"
"""
