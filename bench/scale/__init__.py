"""What a turn costs on each store, what that comes to at any size, and how far to believe it.

`model` computes, from unit costs and a deployment, the throughput and what bounds it; `simulation`
plays the same deployment turn by turn; `measuring` finds the unit costs, and small deployments as
they really are. `python -m bench.scale` does all of it and writes docs/scale.md.
"""
