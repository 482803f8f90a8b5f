"""Who pays for Premium, for how many periods in a row, and the credits that everybody was given."""

from imagegarden.seeding.statements import Statements

STATEMENTS: Statements = (
    (
        "",
        """
        CREATE TEMP TABLE seed_periods ON COMMIT DROP AS
        SELECT
            nextval('purchases_id_seq') AS purchase_id,
            nextval('payments_id_seq') AS payment_id,
            nextval('periods_id_seq') AS id,
            paid.*,
            coalesce(paid.refunded_at, paid.starts_at + make_interval(days => CAST(:days AS int))) AS ends_at
        FROM (
            SELECT
                buyer.id AS user_id,
                buyer.zeal,
                buyer.first_at + nth * make_interval(days => CAST(:days AS int)) AS starts_at,
                -- Only the last one: after it, nobody buys another.
                CASE
                    WHEN nth = buyer.more AND buyer.refund < 0.06
                        THEN buyer.first_at + nth * make_interval(days => CAST(:days AS int))
                            + buyer.refund * interval '30 days'
                END AS refunded_at
            FROM (
                SELECT
                    id,
                    zeal,
                    created_at + random() * interval '20 days' AS first_at,
                    floor(random() * random() * 9)::int AS more,
                    random() AS refund
                FROM seed_people
                WHERE pays
            ) AS buyer
            CROSS JOIN LATERAL generate_series(0, buyer.more) AS nth
            ORDER BY 3
        ) AS paid
        WHERE paid.starts_at < :now AND coalesce(paid.refunded_at, paid.starts_at) < :now
        """,
    ),
    (
        "purchases",
        """
        INSERT INTO purchases (id, uuid, user_id, plan_id, vendor, vendor_id, state, created_at, asked_at)
        SELECT
            purchase_id, gen_random_uuid(), user_id, CAST(:plan AS bigint), 'test', 'order_seed_' || purchase_id,
            'paid', starts_at - interval '2 minutes', starts_at
        FROM seed_periods ORDER BY id
        """,
    ),
    (
        "payments",
        """
        INSERT INTO payments (
            id, uuid, purchase_id, user_id, vendor, vendor_id, amount_paise, currency, state, refunded_paise, method,
            created_at, captured_at, refund_wished_at
        )
        SELECT
            payment_id, gen_random_uuid(), purchase_id, user_id, 'test', 'pay_seed_' || payment_id,
            CAST(:price AS bigint), 'INR',
            CASE WHEN refunded_at IS NULL THEN 'captured' ELSE 'refunded' END,
            CASE WHEN refunded_at IS NULL THEN 0 ELSE CAST(:price AS bigint) END,
            (ARRAY['upi', 'card', 'netbanking'])[1 + floor(random() * 3)::int], starts_at, starts_at, refunded_at
        FROM seed_periods ORDER BY id
        """,
    ),
    (
        "refunds",
        """
        INSERT INTO refunds (payment_id, amount_paise, created_at)
        SELECT payment_id, CAST(:price AS bigint), refunded_at
        FROM seed_periods WHERE refunded_at IS NOT NULL AND CAST(:price AS bigint) > 0 ORDER BY refunded_at
        """,
    ),
    (
        "periods",
        """
        INSERT INTO periods (
            id, user_id, payment_id, credits, starts_at, ends_at, created_at, opened_at, end_told_at
        )
        SELECT id, user_id, payment_id, CAST(:credits AS bigint), starts_at, ends_at, starts_at, starts_at, ends_at
        FROM seed_periods ORDER BY id
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_lots ON COMMIT DROP AS
        SELECT nextval('credit_lots_id_seq') AS id, given.*
        FROM (
            SELECT
                id AS user_id, zeal, 'sign_up' AS source, CAST(:free_credits AS bigint) AS granted,
                created_at AS starts_at, CAST(NULL AS timestamptz) AS expires_at, CAST(NULL AS bigint) AS period_id,
                false AS is_refunded
            FROM seed_people
            UNION ALL
            SELECT
                user_id, zeal, 'period', CAST(:credits AS bigint), starts_at, ends_at, id, refunded_at IS NOT NULL
            FROM seed_periods
            ORDER BY starts_at
        ) AS given
        WHERE given.granted > 0
        """,
    ),
    ("", "ANALYZE seed_lots"),
)
