-- Erasure comes here as an event, so only the worker destroys a key: whoever breaks into the API cannot.
revoke update on subject_keys from alongside_app;
