-- Others read the partnership's events through the API, which names positions with the incarnation that they belong to.
create policy app_reads on incarnations for select to alongside_app using (true);
grant select on incarnations to alongside_app;
