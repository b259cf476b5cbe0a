"""Two engines that read one law: a fast compiled one and one that is easy to read."""
