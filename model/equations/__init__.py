"""The equations of the economy, of society and of coups.

Each is a function of arrays, with its source. Agents call them; they call no agent.
"""
