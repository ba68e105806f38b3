"""Living by a plan: an agreement and its events are folded into what stands on a day."""
