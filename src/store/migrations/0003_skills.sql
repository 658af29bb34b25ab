-- Which skill files were written, and what stood in them.

create table publication (
    id integer primary key,
    project integer not null references project (id) on delete cascade,
    fingerprint text not null,
    name text not null,
    path text not null,
    version integer not null,
    hash text not null,
    at integer not null,
    unique (path, hash)
) strict;
create index publication_project on publication (project, name);
