"""Documents of sessions: what a query answers, as tagged PDF to print and to keep."""
