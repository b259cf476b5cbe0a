"""From a loan tape to the values of a scenario, each with its posterior interval."""
