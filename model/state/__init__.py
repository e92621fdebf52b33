"""What a simulation holds: worlds in one month, their histories, and what a run is given.

Here are state variables, parameters, officers, random draws, the event log, snapshots, and, as
data, scenarios, channels and the interventions in force. An intervention is a `Change`, which its
class in `interventions` reads; `Scenario.in_force` applies it in each month, and the actors find
it in `InForce`. No equation of behaviour stands here, and nothing here goes from one month to the
next.
"""
