-- Reporting's API has questions only: whoever breaks into it can neither add an event nor make or destroy a key.
revoke execute on function append from alongside_app;
revoke insert, update on subject_keys from alongside_app;
