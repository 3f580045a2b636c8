"""How far the numbers can be trusted: promises held against simulated days, published figures and real centres."""
