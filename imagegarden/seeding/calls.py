"""What was called with the keys of those who have one."""

from imagegarden.seeding.statements import Statements

STATEMENTS: Statements = (
    (
        "api_usage",
        """
        INSERT INTO api_usage (api_key_id, user_id, usage_date, endpoint, outcome, count)
        SELECT key.id, key.user_id, day::date, called.endpoint, called.outcome, 1 + floor(random() * called.most)::int
        FROM seed_keys AS key
        CROSS JOIN LATERAL generate_series(
            date_trunc('day', key.created_at), CAST(:now AS timestamptz), interval '1 day'
        ) AS day
        CROSS JOIN (
            VALUES
                ('v1.get_generation', 'ok', 60, 0.8), ('v1.submit_generation', 'ok', 20, 0.7),
                ('v1.list_media', 'ok', 12, 0.4), ('v1.submit_generation', 'refused', 4, 0.2),
                ('v1.submit_generation', 'limited', 8, 0.08), ('v1.get_generation', 'failed', 2, 0.03)
        ) AS called (endpoint, outcome, most, share)
        -- On some days, a program is not run at all. By hashes: what is random is drawn once for all days.
        WHERE (hashtext(key.id || day::text) & 255) < 20 + 150 * key.zeal
            AND (hashtext(key.id || day::text || called.endpoint || called.outcome) & 1023) < 1024 * called.share
        ORDER BY 3
        """,
    ),
    (
        "",
        """
        UPDATE api_keys SET last_used_at = usage_date::timestamptz
        FROM (SELECT api_key_id, max(usage_date) AS usage_date FROM api_usage GROUP BY api_key_id) AS used
        WHERE api_keys.id = used.api_key_id AND api_keys.id IN (SELECT id FROM seed_keys)
        """,
    ),
)
