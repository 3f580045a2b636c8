"""What a plan rests on and what it could come to: assumptions, sensitivity, risk."""
