"""What every live panel can do beside its own dials: undo and redo, scenarios, files of what is on screen."""
