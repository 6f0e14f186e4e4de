-- Squads of which together a figure of a wave was shown: they stay known, whatever scopes hold today.
create table shown_groups (
    kpi varchar not null,
    month date not null,
    squads varchar not null, -- their keys in alphabetical order, a line each
    primary key (kpi, month, squads)
);
