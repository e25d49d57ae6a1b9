"""What the services share: the published language and the domain-free machinery."""
