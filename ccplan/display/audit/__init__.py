"""The pages of the quarterly audit."""
