-- Every counter of failures, derived from the rows: failures stay as long as what they belong to.
update session set
    failures = (select count(*) from failure f where f.session = session.id and f.expected is null),
    expected = (select count(*) from failure f where f.session = session.id and f.expected is not null);

delete from mode_session;
insert into mode_session (mode, session, failures, last_at)
select p.mode, f.session, count(*), max(f.at)
from failure f join pattern p on p.id = f.pattern where f.expected is null group by 1, 2;

delete from mode_project;
insert into mode_project (mode, project, failures, sessions, first_at, last_at)
select p.mode, f.project, count(*), count(distinct f.session), min(f.at), max(f.at)
from failure f join pattern p on p.id = f.pattern
where f.expected is null and f.project is not null group by 1, 2;

update mode set
    failures = (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id and f.expected is null),
    expected = (select count(*) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id and f.expected is not null),
    sessions = (select count(*) from mode_session ms where ms.mode = mode.id),
    first_at = (select min(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id and f.expected is null),
    last_at = (select max(f.at) from failure f join pattern p on p.id = f.pattern where p.mode = mode.id and f.expected is null);
