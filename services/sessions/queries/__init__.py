"""Read tables to answers. A text is opened only for those whose conversation it was."""
