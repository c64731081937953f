CREATE TABLE movements (
    id        bigserial PRIMARY KEY,
    warehouse text NOT NULL,
    sku       text NOT NULL,
    quantity  numeric NOT NULL,
    moved_at  timestamptz NOT NULL
);
INSERT INTO movements (warehouse, sku, quantity, moved_at) VALUES
    ('HAM', 'X-100', -3, '2026-09-01 08:00:00+00'), ('MUC', 'X-100', 250, '2026-09-01 08:00:01+00'), ('HAM', 'Y-200', 0, '2026-09-01 08:00:02+00'),
    ('TEST', 'X-100', 1, '2026-09-01 08:00:03+00'), ('HAM', 'Z-300', 12.5, '2026-09-01 08:00:04+00');
