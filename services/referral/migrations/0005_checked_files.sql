-- Until which event, and for which day, a file was checked: its check stands until something else is recorded.

alter table imports
    add column checked_through bigint,
    add column checked_on date,
    add column warnings jsonb not null default '[]';
