CREATE SCHEMA sales;
CREATE TABLE sales.customers (id text PRIMARY KEY, name text NOT NULL, country char(2) NOT NULL);
CREATE TABLE sales.orders (
    order_seq   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_no    text NOT NULL UNIQUE,
    customer_id text NOT NULL REFERENCES sales.customers,
    status      text NOT NULL,
    amount      numeric(12,2) NOT NULL,
    currency    char(3) NOT NULL,
    created_at  timestamptz NOT NULL,
    due_on      date,
    note        text
);
CREATE TABLE sales.lines (order_no text NOT NULL REFERENCES sales.orders (order_no), line_no int, sku text NOT NULL, qty numeric NOT NULL, PRIMARY KEY (order_no, line_no));

INSERT INTO sales.customers VALUES ('C1', 'Müller & Söhne', 'DE'), ('C2', 'O''Neill <Ltd>', 'IE');
INSERT INTO sales.orders (order_no, customer_id, status, amount, currency, created_at, due_on, note) VALUES
    ('A-1', 'C1', 'RELEASED', 1239.50, 'EUR', '2026-09-01 14:03:07.12+02', '2026-09-30', '5 < 6 & ]]> end'),
    ('A-2', 'C2', 'DRAFT',      10.00, 'EUR', '2026-09-01 15:00:00+02', NULL, NULL),
    ('A-3', 'C2', 'CHANGED',     0.05, 'EUR', '2026-09-02 00:00:00+02', NULL, NULL),
    ('A-4', 'C1', 'RELEASED',  100.00, 'USD', '2026-09-02 08:00:00+02', '2026-12-31', E'two\nlines');
INSERT INTO sales.lines VALUES ('A-1', 1, 'X-100', 3), ('A-1', 2, 'Y-200', 0.0000001), ('A-4', 1, 'Z-300', 12.50);
