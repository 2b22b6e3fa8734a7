"""Settings: environment over file over defaults, validated as a whole before anything starts."""
