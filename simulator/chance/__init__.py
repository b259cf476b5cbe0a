"""All luck of the simulator: one pure function of (seed, path, decision, entity), and what is made of it."""
