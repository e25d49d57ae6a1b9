"""Numbered SQL files of the kernel's own tables; every service's database has them."""
