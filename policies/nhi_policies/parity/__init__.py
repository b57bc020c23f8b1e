"""How far each platform holds each row of the requirements, computed from resources.

Owns parity: `enforced`, `detected`, `documented` or `impossible` for each agent, instance, platform and row, with the
reason and the resources that do it. Nothing here is written by hand for an agent: a row looks for its locks in the
stack, so a lock that goes takes its row with it. `model` has words and rows, `subject` what a stack says about one
identity, one module per platform its rows, `judge` the answers, `table` what can be reached at all (`docs/parity.md`).
"""
