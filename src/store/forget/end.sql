-- What no session shows any more, and nobody vouches for, is no remedy; what was said in a session goes with it.
delete from remedy_session where failing is null and working is null;
insert into doomed_remedy
select id, becomes from remedy
where not exists (select 1 from remedy_session s where s.remedy = remedy.id)
      and (source = 'seen' and verdict is null
           or (source = 'seen' or kind = 'decision') and decided_by is not 'person');
-- Other sessions were told of it in its words; a brief names none of those that it tells of.
delete from hint where remedy in (select id from doomed_remedy)
    or kind = 'brief' and exists (select 1 from doomed_remedy d where d.becomes <> '' and instr(hint.text, d.becomes) > 0);
update findable set indexed = 0
where mode in (select p.mode from doomed_remedy d join remedy r on r.id = d.id join pattern p on p.id = r.pattern);
delete from remedy where id in (select id from doomed_remedy);

-- Removes what nothing refers to any more: modes without a failure, folders in which nothing happened, their projects.
-- Patterns that were one mode stay one, also when the pattern goes that showed it.
delete from bucket where pattern in (
    select p.id from pattern p where p.mode in (select id from touched_mode)
                                 and not exists (select 1 from failure f where f.pattern = p.id));
delete from pattern
where mode in (select id from touched_mode) and not exists (select 1 from failure f where f.pattern = pattern.id);
delete from root_file where (root, file) in (select root, file from unsure_file)
    and not exists (select 1 from event e where e.root = root_file.root
                    and (instr(e.file, root_file.file) > 0 or instr(e.command, root_file.file) > 0));
create temp table kept as select distinct p.mode as id from failure f join pattern p on p.id = f.pattern;
delete from bucket where pattern in (select id from pattern where mode not in (select id from kept));
delete from pattern where mode not in (select id from kept);
update findable set mode = null, project = null, indexed = 0 where mode not in (select id from kept);
delete from mode where id not in (select id from kept);
drop table kept;
delete from root where not exists (select 1 from event where event.root = root.id)
                   and not exists (select 1 from session where session.root = root.id);
delete from shape where project not in (select project from root);
delete from mode_project where project not in (select project from root);
update failure set project = null where project not in (select project from root);
update session set project = null where project not in (select project from root);
insert into findable (mode, project)
select mode, null from findable where mode is not null and project not in (select project from root)
on conflict (mode, coalesce(project, 0)) do update set indexed = 0;
update findable set mode = null, project = null, indexed = 0 where project not in (select project from root);
delete from project where id not in (select project from root);

-- Says anew, from what is left, what a mode is called and by what it is found.
update mode set
    headline = coalesce((select f.headline from failure f join pattern p on p.id = f.pattern where p.mode = mode.id
                         order by f.expected is null desc, f.at desc, f.id desc limit 1), headline)
where id in (select id from touched_mode);
update mode set (fingerprint, template) = (
    select p.fingerprint, replace(replace(p.template, char(31), ' '), char(30), '')
    from pattern p where p.mode = mode.id order by p.fingerprint limit 1
) where id in (select id from touched_mode)
    and fingerprint not in (select p.fingerprint from pattern p where p.mode = mode.id);

-- What is found by the words of what goes is found no more; what is left is indexed anew. A skill tells of failures too.
update findable set mode = null, project = null, indexed = 0
where mode in (select id from touched_mode)
  and not exists (select 1 from failure f join pattern p on p.id = f.pattern
                  where p.mode = findable.mode and f.project is findable.project);
update findable set indexed = 0 where mode in (select id from touched_mode);
delete from findable where skill is not null;
delete from search where rowid in (select id from findable where indexed = 0) or rowid not in (select id from findable);

drop table unsure_file;
drop table doomed_project;
drop table doomed_session;
drop table doomed_event;
drop table doomed_remedy;
drop table touched_mode;
