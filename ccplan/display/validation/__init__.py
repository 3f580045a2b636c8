"""What was predicted beside what came, on screen."""
