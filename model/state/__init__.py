"""The worlds at one moment, and what they are made of: arrays, parameters, chance, officers.

A scenario, the channels and the interventions in force are here too, since they are data.
No equation of behaviour stands here, and nothing here goes from one month to the next.
"""
