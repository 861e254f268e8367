"""Load from outside, and the checker that proves that nothing was lost. Imports nothing of the server."""
