"""The command line, the local stack and the demo partnership of Alongside."""
