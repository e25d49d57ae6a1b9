"""Read tables to answers, a module for each thing they are about."""
