-- The first day of which raw rows are kept: older ones were purged, and come in no more. At most one
-- row.
create table kept_since (
    day date not null
);
