-- The funnel that a product declares: its events in order, the first step being 1.
create table funnel_steps (
    product varchar not null,
    step integer not null,
    event varchar not null
);
