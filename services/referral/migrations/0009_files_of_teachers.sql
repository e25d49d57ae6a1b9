-- Teachers in induction are imported from files, too.
alter table imports
    drop constraint imports_kind_check,
    add constraint imports_kind_check
        check (kind in (
            'schools', 'school_links', 'mentors', 'teachers', 'trainees', 'offers', 'placements', 'referrals',
            'calendars'
        ));
