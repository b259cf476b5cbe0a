"""What the Streamlit server runs: one page, chosen by the address."""

from simulator.ui.shell import main

main()
