"""``streamlit run app.py``: the calculator in the browser. ``make app`` starts it with its settings and fonts."""

from simulator.ui.shell import main

main()
