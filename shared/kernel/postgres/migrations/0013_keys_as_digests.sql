-- An Idempotency-Key may hold anything that its sender likes, so only its digest is kept. The functions that read and write
-- keys compute it; here, what was stored before.

alter table answers no force row level security;  -- the owner changes every tenant's rows
update answers set key = encode(sha256(convert_to(key, 'UTF8')), 'hex');
alter table answers force row level security;
comment on column answers.key is 'SHA-256 of the Idempotency-Key, in hex.';
