"""Budget, cost and risk on screen."""
