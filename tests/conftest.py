"""Random tests repeat exactly; `--hypothesis-profile=soak` searches much longer and afresh."""

from hypothesis import HealthCheck, settings

# The first example compiles the kernels, so no example has a deadline.
settings.register_profile("same", deadline=None, derandomize=True, print_blob=True,
                          suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", settings.get_profile("same"), derandomize=False, max_examples=5000)
settings.load_profile("same")
