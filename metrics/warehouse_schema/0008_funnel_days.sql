-- Days after the first step of a product's funnel within which its last one counts.
alter table funnel_steps add column window_days integer;
