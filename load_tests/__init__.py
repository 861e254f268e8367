"""Load on a running server, and the checker that proves from outside that nothing was lost."""
