"""Groups of agents with several skills: how many of each, certified by simulation."""
