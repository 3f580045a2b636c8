"""What forecast and plan promised beside what came."""
