"""A small story file that is whole, for tests to change."""

WHOLE = """
title = "A story"
about = "What it is about."
end = ["What was seen."]

[[scene]]
title = "The first scene"
until = "1971-07"
told = ["What had happened."]
question = "Who rules at the end of August?"
limits = ["What the worlds can't tell."]
think = ["Why?"]

[[scene.answer]]
text = "Torres"
holds = "Juan José Torres rules in 1971-08"

[[scene.answer]]
text = "Banzer"
holds = "Hugo Banzer rules in 1971-08"
happened = true

[[scene.answer]]
text = "another"
holds = "otherwise"

[[scene.outcome]]
text = "an attempt"
holds = "attempts > 0 in 1971-12"

[[scene.fact]]
date = "1971-08-19"
track = "power"
kind = "coup"
text = "A rising."

[[scene.change]]
text = "The coup fails"
scenario = "august-1971-fails"
quantity = "rules"
"""


def shared(text: str = WHOLE) -> str:
    """A story whose scene has a share to guess instead of answers."""
    parts = text.split("[[scene.")
    return "[[scene.".join(part for part in parts if not part.startswith("answer"))
