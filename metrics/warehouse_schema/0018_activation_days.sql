-- Days after a sign-up within which an activation of the product counts.
alter table products add column activation_days integer;
