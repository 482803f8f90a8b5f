"""People who came over time, more and more of them, each with an account for credits."""

from imagegarden.seeding.statements import Statements

STATEMENTS: Statements = (
    (
        "",
        """
        CREATE TEMP TABLE seed_people ON COMMIT DROP AS
        SELECT
            nextval('users_id_seq') AS id,
            n,
            CAST(:start AS timestamptz) + (CAST(:now AS timestamptz) - CAST(:start AS timestamptz))
                * power((n - random()) / :users, 0.7) AS created_at,
            random() < 0.05 AS pays,
            random() < 0.04 AS has_key,
            random() AS zeal,
            (ARRAY['robin', 'asha', 'mika', 'noor', 'tara', 'jonas', 'wren', 'kiran', 'ines', 'otto', 'priya', 'lena'])
                [1 + floor(random() * 12)::int] AS name
        FROM generate_series(1, CAST(:users AS int)) AS n
        """,
    ),
    ("", "CREATE INDEX ON seed_people (id)"),
    ("", "ANALYZE seed_people"),
    (
        "people",
        """
        INSERT INTO users (
            id, email, username, password_hash, role, status, session_version, created_at, last_seen_at
        )
        SELECT
            id,
            name || '.' || :run || '.' || n || '@garden.example',
            name,
            :password_hash,
            'member',
            CASE WHEN n > 1 AND random() < 0.004 THEN 'suspended' ELSE 'active' END,
            1,
            created_at,
            created_at + (CAST(:now AS timestamptz) - created_at) * power(random(), 2)
        FROM seed_people ORDER BY id
        """,
    ),
)
