"""The pages that people see: one folder for each journey, with its routes and its templates."""
