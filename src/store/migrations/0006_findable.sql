-- What words find: an index of its own for what each project's failures said, for skills and for prompts.

-- Indexes of tables that have few rows: a look at all of them is as fast, and each index costs every hook.
drop index root_project;
drop index publication_project;
drop index feedback_hint;

-- Full text over what failures said in each project, over skills and prompts, written by whoever has time. What was
-- indexed before is indexed anew, in small steps.
drop table search;
create virtual table search using fts5 (
    headline, message, command, file, remedy, prompt, gloss, project,
    content = '', contentless_delete = 1, tokenize = "porter unicode61 remove_diacritics 2"
);

create table findable (
    id integer primary key,
    mode integer references mode (id),
    project integer references project (id),
    skill text,
    says text,
    hash integer,
    indexed integer not null default 0
) strict;
create unique index findable_mode on findable (mode, coalesce(project, 0));
create index findable_indexed on findable (indexed);
insert into findable (mode, project)
select distinct p.mode, f.project from failure f join pattern p on p.id = f.pattern;

create table word (
    word text primary key
) strict, without rowid;
