"""Work beside calls: what may wait, outbound campaigns, blended agents."""
