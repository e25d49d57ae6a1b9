-- What an operator looks for among tasks must not mean reading all that were ever done.

create index tasks_failed on tasks (due_at, id) where status = 'failed';
