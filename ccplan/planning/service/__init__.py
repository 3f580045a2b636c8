"""What staffing gives: service through the day, its chance, its price, beside other ways to reckon it."""
