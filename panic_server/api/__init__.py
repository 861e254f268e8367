"""HTTP: one file per resource; `application.py` puts them together, `errors.py` says what a refusal means in HTTP."""
