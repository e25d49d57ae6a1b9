"""HTTP of every service: the application, what routes depend on, bearer tokens, problem documents."""
