-- The whole schema at its newest version. A test holds it equal to what the migrations build.
-- Times are integer microseconds since 1970 UTC; durations say their unit; ids are local to one store,
-- natural keys are unique and travel. Text columns hold redacted text only.

create table meta (
    key text primary key,
    value text not null
) strict, without rowid;

-- One row is a repository, wherever it is checked out.
create table project (
    id integer primary key,
    key text not null unique,           -- 'remote:github.com/acme/app' or 'root:<machine>:/path'
    name text not null,                 -- short name for people: last part of remote or root
    remote text,                        -- folded, without credentials
    first_at integer not null,
    last_at integer not null
) strict;

-- One row is a folder in which sessions worked, and the project that it belongs to.
create table root (
    id integer primary key,
    machine text not null,              -- install or container id
    path text not null,                 -- top folder of the working tree, or the working folder itself
    project integer not null references project (id),
    main text,                          -- main working tree, which may be itself; null = no .git was seen
    remote text,                        -- remote read from .git
    decided text not null default 'auto' check (decided in ('auto', 'person')),
    unique (machine, path)
) strict;

-- What sessions showed of the repository at a root; the kinds and their values are in workspace.
create table root_fact (
    root integer not null references root (id) on delete cascade,
    kind text not null,
    value text not null,
    at integer not null,                -- when it was last shown
    primary key (root, kind, value)
) strict, without rowid;

-- Repo-relative files that sessions touched below a root: equal ones show that two folders are one project.
create table root_file (
    root integer not null references root (id) on delete cascade,
    file text not null,
    primary key (root, file)
) strict, without rowid;

create table session (
    id integer primary key,
    assistant text not null,
    external text not null,             -- the assistant's own id
    parent integer references session (id),
    top integer references session (id),-- first of a chain of forks, resumes and subagents; null = itself
    origin text not null default '',    -- the install that recorded it
    project integer references project (id),
    root integer references root (id),
    model text,
    version text,                       -- the client's version
    cwd text,
    branch text,
    commit_id text,
    transcript text,
    pid integer,                        -- the client's process, while hooks report it
    started_at integer not null,
    last_at integer not null,
    ended_at integer,
    end_reason text,                    -- the client's word, or 'swept'
    outcome text,                       -- done, failed, model-error, interrupted, unknown: the rule is in capture/settle.rs
    prompts integer not null default 0,
    calls integer not null default 0,
    failures integer not null default 0,        -- counted ones
    expected integer not null default 0,        -- set aside
    micro_usd integer,
    settled_at integer,                 -- last time the worker derived outcome and expected from the whole session
    unique (assistant, external)
) strict;
create index session_project on session (project, last_at);
create index session_last on session (last_at);
create index session_open on session (last_at) where ended_at is null;

-- Tokens of one model message: resumed and forked histories repeat messages, and one counts once.
create table usage (
    message text primary key,           -- the client's id of the message
    session integer not null references session (id) on delete cascade,
    model text not null,
    input integer not null,
    output integer not null,
    cached integer not null             -- read from and written to the cache
) strict, without rowid;
create index usage_session on usage (session);

create table session_label (
    session integer not null references session (id) on delete cascade,
    key text not null,
    value text not null,
    primary key (session, key)
) strict, without rowid;

-- One row is one call or step. A call seen by hook and transcript is one row: the richer report wins field by field.
create table event (
    id integer primary key,
    session integer not null references session (id) on delete cascade,
    key blob not null unique,           -- call key: keyed hash of assistant, call id, tool and input
    agent text,                         -- subagent id; null = the session's own agent
    agent_kind text,
    at integer not null,
    at_source text not null check (at_source in ('record', 'arrival')),
    kind text not null check (kind in ('call', 'prompt', 'turn', 'model-error', 'background', 'interrupt', 'agent', 'compact')),
    call_id text,                       -- the client's id
    tool text,
    tool_kind text,
    status text not null check (status in ('started', 'ok', 'failed', 'unknown')),
    exit_code integer,
    duration_ms integer,
    root integer references root (id),
    cwd text,
    command text,                       -- shell calls: whole, redacted
    file text,                          -- edit, read, search
    input_bytes integer not null default 0,
    output_bytes integer not null default 0,
    via text not null check (via in ('hook', 'transcript'))
) strict;
create index event_session on event (session, at);
create index event_call on event (call_id) where call_id is not null;
create index event_compact on event (session, at) where kind = 'compact';
create index event_node on event (agent_kind, at, session, status, root) where agent_kind is not null;

create table body (
    event integer not null references event (id) on delete cascade,
    part text not null check (part in ('input', 'output')),
    head blob not null,                 -- deflated UTF-8
    tail blob,                          -- deflated UTF-8; null = nothing was left out
    bytes integer not null,             -- of the whole, before cutting
    primary key (event, part)
) strict, without rowid;

-- The denominator of every rate: how often a session did a thing, and how often it failed.
create table exercise (
    session integer not null references session (id) on delete cascade,
    key text not null,                  -- command head, file kind, or server/tool
    runs integer not null,
    failed integer not null,
    primary key (session, key)
) strict, without rowid;
create index exercise_key on exercise (key);

-- A masked call and how it ended, per project; warnings are decided from it.
create table shape (
    project integer not null references project (id),
    call text not null,                 -- masked call
    runs integer not null,
    failed integer not null,
    last_failed integer not null,       -- 1 = the newest run failed
    last_at integer not null,
    primary key (project, call)
) strict, without rowid;

-- One row is a failure mode: patterns that mean the same.
create table mode (
    id integer primary key,
    fingerprint text not null unique,   -- smallest member fingerprint; shown as its shortest unique prefix of 8 or more
    template text not null,
    headline text not null,             -- newest counted headline
    tool_kind text not null,
    scope text not null,                -- command head, server/tool or tool
    status text not null default 'open' check (status in ('open', 'resolved')),
    muted_until integer,                -- null = not muted
    failures integer not null default 0,        -- counted
    expected integer not null default 0,        -- set aside
    sessions integer not null default 0,        -- sessions with a counted one
    first_at integer,
    last_at integer,
    warnings text                       -- 'deny-once', 'shadow', 'off'; null = as the settings say
) strict;
create index mode_last on mode (last_at);

create table pattern (
    id integer primary key,
    fingerprint text not null unique,   -- hash of scanner version, tool kind, scope and template
    mode integer not null references mode (id),
    tool_kind text not null,
    scope text not null,
    template text not null              -- tokens joined by U+001F
) strict;
create index pattern_mode on pattern (mode);
-- An error that is pasted does not say which command printed it: its template finds it.
create index pattern_template on pattern (template);

-- A hole of a pattern and the words seen in it; merging is decided from the set of them.
create table bucket (
    key blob not null,                  -- hash of scope, position and the pattern without that position
    value text not null,
    pattern integer not null references pattern (id),
    primary key (key, value)
) strict, without rowid;
create index bucket_pattern on bucket (pattern);

create table failure (
    id integer primary key,
    event integer not null unique references event (id) on delete cascade,
    session integer not null references session (id) on delete cascade,
    project integer references project (id),
    pattern integer references pattern (id),
    instance text,                      -- finer fingerprint: which module, path, symbol
    at integer not null,
    origin text not null,
    expected text,                      -- reason; null = it counts
    severity text,                      -- settled by the worker
    agent text,
    node text,                          -- subagent kind or tool
    exit_code integer,
    error_type text,
    headline text not null,
    message text not null,
    file text,
    line integer,
    segment text,
    goal text,                          -- Goal::key
    scope text not null,
    repeats integer not null default 0, -- identical failing calls just before it in the session
    correction text,                    -- the user's words after a rejection
    input_context text,                 -- JSON: the prompt it served
    snapshot text,                      -- JSON: branch, commit, edited files, last five calls
    evolution_triggered integer not null default 0, -- 1 = a lesson was made of it
    resolution text,                    -- JSON: what ended it; like the column above, for what makes lessons
    passed_after integer,               -- calls to the next success of its goal; null = none came, or not settled
    passed_by text                      -- the kind of remedy by which the goal was reached
) strict;
create index failure_session on failure (session, at);
create index failure_pattern on failure (pattern, at);
create index failure_at on failure (at);
create index failure_set_aside on failure (at, expected, project) where expected is not null;
create index failure_project on failure (project, at);
create index failure_instance on failure (instance, project, at) where expected is null;
create index failure_node on failure (node, at, session, pattern, expected) where node is not null;
create index failure_agent on failure (agent, at, session, pattern, expected) where agent is not null;
create index failure_scope on failure (scope, at, session, pattern, expected);

create table mode_session (
    mode integer not null references mode (id) on delete cascade,
    session integer not null references session (id) on delete cascade,
    failures integer not null,
    last_at integer not null,
    primary key (mode, session)
) strict, without rowid;
create index mode_session_session on mode_session (session);

create table mode_project (
    mode integer not null references mode (id) on delete cascade,
    project integer not null references project (id) on delete cascade,
    failures integer not null,
    sessions integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (mode, project)
) strict, without rowid;
create index mode_project_project on mode_project (project, last_at);

-- One row is one way from a failing call to a working one, tried at least once, or told by somebody.
create table remedy (
    id integer primary key,
    pattern integer not null references pattern (id) on delete cascade,
    instance text,                      -- null = holds for the whole kind; its texts have slots <1>, <2> …
    project integer references project (id) on delete cascade,  -- null = a fact about a tool or system: holds everywhere
    kind text not null check (kind in ('changed', 'path', 'prepared', 'edited', 'retry', 'decision')),
    was text not null,                  -- the failing call or path
    becomes text not null,              -- what worked instead
    source text not null check (source in ('seen', 'agent', 'person')),
    verdict text check (verdict in ('confirmed', 'refuted')),
    decided_by text,                    -- 'person', or the session whose person said so
    decided_at integer,
    at integer not null                 -- when it was first seen or told
) strict;
create unique index remedy_text on remedy (pattern, coalesce(instance, ''), coalesce(project, 0), kind, was, becomes);
create index remedy_instance on remedy (instance) where instance is not null;

-- How a remedy did in a session; sessions of one root count as one.
create table remedy_session (
    remedy integer not null references remedy (id) on delete cascade,
    session integer not null references session (id) on delete cascade,
    worked integer not null,            -- times the goal was reached by it
    failed integer not null,            -- times it was tried and failed
    at integer not null,                -- the newest of both
    failing integer references event (id) on delete set null,   -- an example of the failing call
    working integer references event (id) on delete set null,   -- and of the one that worked
    primary key (remedy, session)
) strict, without rowid;
create index remedy_session_session on remedy_session (session);
create index remedy_session_failing on remedy_session (failing) where failing is not null;
create index remedy_session_working on remedy_session (working) where working is not null;

-- Every message that was sent to an agent, or would have been, and what came of it.
create table hint (
    id integer primary key,
    session integer not null references session (id) on delete cascade,
    call blob not null,                 -- key of the event that it answers: one message of a kind for each call
    kind text not null check (kind in ('hint', 'warning', 'brief')),
    agent text,
    rule text check (rule in ('remedy', 'unsolved', 'decision')),
    mode integer references mode (id) on delete set null,
    instance text,
    remedy integer references remedy (id) on delete set null,
    at integer not null,
    shadow integer not null default 0,  -- 1 = only noted, not sent
    text text not null,
    suggestion text not null,           -- what it says to type, alone
    bytes integer not null,
    aftermath text check (aftermath in ('helped', 'followed', 'failed-again', 'ignored')),
    unique (session, call, kind)
) strict;
create index hint_at on hint (at);
create index hint_mode on hint (mode) where mode is not null;
create index hint_remedy on hint (remedy) where remedy is not null;

-- What somebody says of what they were told: the newest word of each about each thing.
create table feedback (
    id integer primary key,
    session integer references session (id) on delete cascade,  -- whose agent says it; null = said in no session
    by text not null check (by in ('agent', 'person')),
    hint integer references hint (id) on delete cascade,
    remedy integer references remedy (id) on delete cascade,    -- that of the message, too
    mode integer references mode (id) on delete cascade,        -- that of the remedy, too
    skill text,                         -- its name
    project integer references project (id) on delete cascade,  -- where the silence holds; null = not in a project alone
    helped integer,                     -- 1 = it helped, 0 = it did not; null = nothing is said of that
    muted_until integer,                -- the mode is muted for this session, or in this project
    words text,
    at integer not null
) strict;
create unique index feedback_once on feedback (
    coalesce(session, 0), by, coalesce(hint, 0), coalesce(remedy, 0), coalesce(mode, 0), coalesce(skill, ''),
    coalesce(project, 0));
create index feedback_session on feedback (session) where session is not null;
create index feedback_remedy on feedback (remedy) where remedy is not null;
create index feedback_mode on feedback (mode) where mode is not null;

-- One row is a text that was written to a skill file; the newest of a path is what we left there.
create table publication (
    id integer primary key,
    project integer not null references project (id) on delete cascade,
    fingerprint text not null,          -- a pattern of the failure mode: it resolves whatever the mode is merged into
    name text not null,                 -- the skill's name, which is its folder's
    path text not null,                 -- the whole path of its SKILL.md
    version integer not null,           -- as its metadata say
    hash text not null,                 -- SHA-256 of its bytes: another one on disk is somebody's edit
    at integer not null,
    unique (path, hash)
) strict;

-- How far a journal or transcript has been read.
create table source (
    path text primary key,
    kind text not null check (kind in ('journal', 'transcript')),
    offset integer not null,            -- where reading goes on
    seen_bytes integer not null,        -- bytes read: a file of that size holds nothing new
    prefix blob not null,               -- hash of the first bytes: another file under the same name starts anew
    broken integer not null default 0,  -- lines that were no record
    read_at integer not null
) strict, without rowid;

create table lease (
    name text primary key,
    holder text not null,
    until integer not null
) strict, without rowid;

-- One row is something that full text finds: what failures of a mode said in one project, or a skill of one. What it says
-- stands in `search` under its number.
create table findable (
    id integer primary key,
    mode integer references mode (id),  -- null = a skill, or what is gone and waits to be taken out
    project integer references project (id),
    skill text,                         -- its name
    says text,                          -- when it helps
    hash integer,                       -- of its file
    indexed integer not null default 0  -- the version of the rules that its words went through; 0 = it changed since
) strict;
create unique index findable_mode on findable (mode, coalesce(project, 0));
create index findable_indexed on findable (indexed);

-- Words that stand in `search`, as people type them: a mistyped one is near to one of them.
create table word (
    word text primary key
) strict, without rowid;

-- Full text; rowid = findable.id. The texts themselves stand where they were recorded. `project` is p and its number.
create virtual table search using fts5 (
    headline, message, command, file, remedy, prompt, gloss, project,
    content = '', contentless_delete = 1, tokenize = "porter unicode61 remove_diacritics 2"
);
