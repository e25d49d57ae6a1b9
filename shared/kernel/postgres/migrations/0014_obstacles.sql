-- What keeps a follower from going on, as its worker saw it last: valid until the cursor moves.

alter table cursors add column obstacle text, add column obstacle_at timestamptz;
