"""The same work on other servers, beside Kentongan's: `./dev load --profile others`."""
