"""People: who stands apart by more than luck, strain, sickness, adherence, turnover."""
