"""What was asked for, what came of it, and what the ledger says about it."""

from imagegarden.seeding.statements import Statements

STATEMENTS: Statements = (
    (
        "",
        """
        CREATE TEMP TABLE seed_tickets ON COMMIT DROP AS
        SELECT * FROM json_to_recordset(CAST(:tickets AS json)) AS ticket (
            n int, model text, kind text, provider text, style text, color text, params jsonb, price_id bigint,
            price bigint, seconds float
        )
        """,
    ),
    (
        "api_keys",
        """
        INSERT INTO api_keys (uuid, user_id, name, prefix, sha256, scopes, created_at)
        SELECT
            gen_random_uuid(), id, 'seeded', 'ig_' || left(md5(id::text), 6),
            encode(sha256(convert_to('nobody knows ' || id || random(), 'UTF8')), 'hex'), ARRAY['read', 'generate'],
            created_at + (CAST(:now AS timestamptz) - created_at) * power(random(), 3)
        FROM seed_people WHERE has_key OR (pays AND zeal > 0.6) ORDER BY id
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_keys ON COMMIT DROP AS
        SELECT api_keys.id, api_keys.user_id, api_keys.created_at, seed_people.zeal
        FROM api_keys JOIN seed_people ON seed_people.id = api_keys.user_id
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_wishes ON COMMIT DROP AS
        SELECT wish.*, ticket.price, ticket.seconds
        FROM (
            SELECT
                lot.id AS lot_id,
                lot.user_id,
                lot.granted,
                CASE
                    WHEN lot.source = 'sign_up' THEN 1 + floor(power(random(), 2) * :cheap_count)::int
                    ELSE 1 + floor(power(random(), 1.6) * :ticket_count)::int
                END AS ticket,
                CASE
                    -- Free credits are soon spent, by a few of them later.
                    WHEN lot.source = 'sign_up' THEN lot.starts_at + power(-ln(1 - random()), 3) * interval '1 day'
                    ELSE lot.starts_at + random() * (lot.expires_at - lot.starts_at)
                END AS created_at,
                random() AS luck
            FROM seed_lots AS lot
            CROSS JOIN LATERAL generate_series(
                1, CASE WHEN lot.source = 'sign_up' THEN floor(lot.zeal * 6) ELSE 6 + floor(lot.zeal * 30) END::int
            ) AS nth
        ) AS wish
        JOIN seed_tickets AS ticket ON ticket.n = wish.ticket
        WHERE wish.created_at < :now
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_work ON COMMIT DROP AS
        SELECT
            nextval('generations_id_seq') AS id,
            nextval('credit_holds_id_seq') AS hold_id,
            gen_random_uuid() AS uuid,
            wish.*,
            least(
                wish.created_at + wish.seconds * (0.6 - 0.4 * ln(1 - random())) * interval '1 second',
                wish.created_at + interval '10 minutes'
            ) AS finished_at,
            CASE WHEN luck < 0.935 THEN 'succeeded' WHEN luck < 0.98 THEN 'failed' ELSE 'canceled' END AS status,
            CASE WHEN luck < 0.935 THEN price ELSE 0 END AS charged
        FROM (
            -- Nothing is asked for that the credits do not reach for.
            SELECT *, sum(price) OVER (PARTITION BY lot_id ORDER BY created_at, luck) AS spent FROM seed_wishes
            ORDER BY created_at
        ) AS wish
        WHERE wish.spent <= wish.granted
        """,
    ),
    ("", "ANALYZE seed_work"),
    (
        "generations",
        """
        INSERT INTO generations (
            id, uuid, user_id, kind, prompt, style, color, model, params, price_id, price, charged, status, error_code,
            progress, priority, tries, request_key, request_hash, via, api_key_id, created_at, started_at, finished_at
        )
        SELECT
            work.id, work.uuid, work.user_id, ticket.kind,
            (ARRAY['a quiet pond', 'a fox in the snow', 'an old greenhouse', 'three red tulips', 'a harbor at dawn'])
                [1 + floor(random() * 5)::int]
            || (ARRAY[' in the mist', ' by moonlight', ', seen from above', ' after the rain'])
                [1 + floor(random() * 4)::int],
            ticket.style, ticket.color, ticket.model, ticket.params, ticket.price_id, work.price, work.charged,
            work.status,
            CASE
                WHEN work.status = 'failed'
                    THEN (ARRAY['model_failed', 'timed_out', 'content_refused'])[1 + floor(random() * 3)::int]
            END,
            100, 0, 0, 'seed:' || work.id, 'seed',
            CASE
                WHEN key.id IS NOT NULL AND work.luck * 1000 - floor(work.luck * 1000) < 0.7 THEN 'api'
                WHEN work.luck * 1000 - floor(work.luck * 1000) < 0.04 THEN 'cli'
                ELSE 'web'
            END,
            CASE WHEN work.luck * 1000 - floor(work.luck * 1000) < 0.7 THEN key.id END,
            work.created_at, work.created_at + interval '1 second', work.finished_at
        FROM seed_work AS work
        JOIN seed_tickets AS ticket ON ticket.n = work.ticket
        LEFT JOIN seed_keys AS key ON key.user_id = work.user_id AND key.created_at < work.created_at
        ORDER BY work.id
        """,
    ),
    (
        "",
        """
        INSERT INTO attempts (
            uuid, generation_id, provider, state, report_token, run_seconds, created_at, started_at, ended_at
        )
        SELECT
            gen_random_uuid(), work.id, ticket.provider, 'ended', md5(work.uuid::text),
            extract(epoch FROM work.finished_at - work.created_at) * 0.8, work.created_at, work.created_at,
            work.finished_at
        FROM seed_work AS work JOIN seed_tickets AS ticket ON ticket.n = work.ticket
        WHERE work.status <> 'canceled' ORDER BY work.id
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_ends ON COMMIT DROP AS
        SELECT
            lot.*,
            lot.granted - coalesce(taken.charged, 0) AS rest,
            coalesce(lot.expires_at <= :now, false) AS is_over
        FROM seed_lots AS lot
        LEFT JOIN (SELECT lot_id, sum(charged) AS charged FROM seed_work GROUP BY lot_id) AS taken
            ON taken.lot_id = lot.id
        """,
    ),
    (
        "",
        """
        INSERT INTO credit_lots (
            id, user_id, source, granted, remaining, starts_at, expires_at, created_at, period_id
        )
        SELECT
            id, user_id, source, granted, CASE WHEN is_over THEN 0 ELSE rest END, starts_at, expires_at, starts_at,
            period_id
        FROM seed_ends ORDER BY id
        """,
    ),
    (
        "",
        """
        INSERT INTO credit_accounts (user_id, available, held)
        SELECT person.id, coalesce(sum(lot.rest) FILTER (WHERE NOT lot.is_over), 0), 0
        FROM seed_people AS person LEFT JOIN seed_ends AS lot ON lot.user_id = person.id
        GROUP BY person.id ORDER BY person.id
        """,
    ),
    (
        "",
        """
        INSERT INTO credit_holds (id, user_id, reference, amount, captured, state, created_at, settled_at)
        SELECT
            hold_id, user_id, 'generation:' || uuid, price, charged,
            CASE WHEN charged > 0 THEN 'captured' ELSE 'released' END, created_at, finished_at
        FROM seed_work ORDER BY id
        """,
    ),
    (
        "credit_entries",
        """
        INSERT INTO credit_entries (user_id, lot_id, hold_id, kind, amount, reference, reason, created_at)
        SELECT
            user_id, id, CAST(NULL AS bigint), 'grant', granted,
            CASE WHEN source = 'sign_up' THEN 'sign_up:' || user_id ELSE 'period:' || period_id END,
            CAST(NULL AS text), starts_at AS at
        FROM seed_ends
        UNION ALL
        SELECT
            user_id, id, NULL, CASE WHEN is_refunded THEN 'adjust' ELSE 'expire' END, -rest,
            CASE WHEN is_refunded THEN 'ended:' || period_id ELSE 'lot:' || id END,
            CASE WHEN is_refunded THEN 'refund' END, expires_at
        FROM seed_ends WHERE is_over AND rest > 0
        UNION ALL
        SELECT user_id, lot_id, hold_id, 'hold', -price, 'generation:' || uuid, NULL, created_at FROM seed_work
        UNION ALL
        SELECT
            user_id, lot_id, hold_id, CASE WHEN charged > 0 THEN 'capture' ELSE 'release' END,
            CASE WHEN charged > 0 THEN -charged ELSE price END, 'generation:' || uuid, NULL, finished_at
        FROM seed_work
        ORDER BY at
        """,
    ),
)
