"""The engine of rounds: read the input of a round, apply a scenario's overrides, solve, explain, record the result.

- `reading`: the moment at which a round reads, and the programme's rules of that day; `rows`: what it reads
- `inputs`: the problem made of these rows, from `places` (schools, offers), `people` and `wishes`
- `overrides`: the input of a round with the overrides of a scenario, or without what leaves in a repair
- `solving`, `results`: the solved round with its explanations
- `running`: how a round is run and its result recorded
- `supports`: the same input for mentors other than the lead mentor
"""
