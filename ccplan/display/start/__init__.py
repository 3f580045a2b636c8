"""The start page: how the centre stands today, how fresh its tables are, and which notebook answers which question."""
