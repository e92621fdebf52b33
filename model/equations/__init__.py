"""The equations of the economy, of society, of officers' discontent and of coups.

Each is a function of arrays, with its source. Agents call them; they call no agent.
"""
