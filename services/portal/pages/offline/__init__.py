"""What a device shows without a network: the shell of the weekly meeting's form, in which nobody is named."""
