"""Why numbers changed: service, handle time, resolution and cost, split exactly among what moved them."""
