"""Who needs support, who can give it, who agreed: pure, one file an aggregate."""
