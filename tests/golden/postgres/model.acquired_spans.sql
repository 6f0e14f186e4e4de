SELECT
  product,
  account_key,
  currency,
  mrr,
  start_day,
  end_day,
  FIRST_VALUE(LOWER(channel)) OVER (PARTITION BY product, account_key ORDER BY start_day, channel) AS channel
FROM subscription_spans
