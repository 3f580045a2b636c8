"""What follows: verdict, findings as actions, what else could be better, fingerprints and sign-off."""
