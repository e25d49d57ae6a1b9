-- Calendars of schools are imported from files, too.
alter table imports
    drop constraint imports_kind_check,
    add constraint imports_kind_check
        check (kind in (
            'schools', 'school_links', 'mentors', 'trainees', 'offers', 'placements', 'referrals', 'calendars'
        ));
