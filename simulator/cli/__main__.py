"""``python -m simulator.cli`` is ``pledgefund``."""

from simulator.cli import main

main()
